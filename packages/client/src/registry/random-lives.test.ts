/** Random lives of three threads, two of them with the same id: whatever happens in whatever order, the promises hold. */
import { keyString, newestLeaf, pathTo, type ThreadKey } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { isBusy } from '../thread/activity.ts'
import { deriveRunHandles } from './derived-handles.ts'
import type { RunHandle, RunState } from './handle.ts'
import { createRunRegistry } from './registry.ts'
import { A, B, C } from './testing/looking.ts'

const KEYS: readonly ThreadKey[] = [A, B, C]
const ACTS = [
  'look',
  'leave',
  'start',
  'start',
  'enqueue',
  'enqueue',
  'supersede',
  'edit',
  'reorder',
  'pause',
  'resume',
  'now',
  'remove',
  'say',
  'say',
  'end',
  'cancel',
  'elsewhere',
  'drop',
  'lose',
  'refuse',
  'wait',
  'frame',
  'refresh',
  'delete',
  'bury',
  'reload',
] as const
type Act = (typeof ACTS)[number]

/** Lets everything that does not wait for the clock happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

/** Three threads on a server, one page after the other that looks at them, and a book of what was asked and told. */
function createWorld(exist: boolean) {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  if (exist) for (const key of KEYS) transport.addThread(key)
  const views = new Map<number, () => void>()
  const cancelled = new Set<string>()
  const buried = new Set<string>()
  const asked = new Set<string>()
  const handles = new Map<RunHandle, RunState | undefined>()
  /** By page, thread and run: what was told. */
  const told = new Map<string, string[]>()
  let pages = 0
  let elsewhere = 0
  let registry = open()

  function open() {
    const made = createRunRegistry({ transport, environment })
    const book = deriveRunHandles(made)
    pages += 1
    const page = pages
    made.lifecycle.subscribe((event) => {
      const id = `${page}/${keyString(event)}/${event.runId}`
      told.set(id, [...(told.get(id) ?? []), event.type])
      const handle = book.get(event)
      if (handle) handles.set(handle, event.type === 'RunCompleted' ? handle.state : undefined)
    })
    return made
  }

  const idOf = (key: ThreadKey, runId = '') => `${keyString(key)}/${runId}`
  const waiting = (key: ThreadKey) => registry.observe(key).snapshot().queue.items
  const live = (key: ThreadKey) =>
    transport.has(key)
      ? transport.view(key).runs.find(({ status }) => status === 'running' || status === 'cancelling')
      : undefined
  const gone = (key: ThreadKey) => {
    const run = live(key)
    for (const each of run ? [run, ...transport.view(key).queue.map((entry) => entry.run)] : []) {
      cancelled.add(idOf(key, each.runId))
    }
    buried.add(keyString(key))
  }

  const perform: Record<Act, (key: ThreadKey, at: number) => void> = {
    look: (key, at) => void views.set(at, views.get(at) ?? registry.observe(key).subscribe(() => {})),
    leave: (_, at) => {
      views.get(at)?.()
      views.delete(at)
    },
    start: (key) => {
      if (isBusy(registry.observe(key).snapshot().activity)) return
      asked.add(idOf(key, registry.start(key, { text: textFor(key) }).runId))
    },
    enqueue: (key) => void asked.add(idOf(key, registry.start(key, { text: textFor(key), onBusy: 'enqueue' }).runId)),
    supersede: (key) => {
      // What is only on its way is given up, and that is a cancel.
      const { activity } = registry.observe(key).snapshot()
      if (activity.type === 'starting') cancelled.add(idOf(key, activity.runId))
      asked.add(idOf(key, registry.start(key, { text: textFor(key), onBusy: 'supersede' }).runId))
    },
    edit: (key) => {
      const [first] = waiting(key)
      if (first) registry.editQueued(key, first.runId, `edited, ${textFor(key)}`).catch(() => {})
    },
    reorder: (key) => {
      const order = waiting(key).map(({ runId }) => runId)
      registry.reorderQueue(key, order.toReversed()).catch(() => {})
    },
    pause: (key) => void registry.pauseQueue(key).catch(() => {}),
    resume: (key) => void registry.resumeQueue(key).catch(() => {}),
    now: (key) => {
      const last = waiting(key).at(-1)
      if (last) registry.sendNow(key, last.runId).catch(() => {})
    },
    remove: (key) => {
      const [first] = waiting(key)
      if (!first) return
      cancelled.add(idOf(key, first.runId))
      registry.cancel({ key, runId: first.runId }).catch(() => {})
    },
    say: (key) => {
      const run = live(key)
      if (run) transport.say(key, run.runId, `<${keyString(key)}>`)
    },
    end: (key) => {
      const run = live(key)
      if (!run) return
      const wished = transport.log(key).some(({ runId, event }) => runId === run.runId && isCancel(event.type))
      transport.end(key, run.runId, wished ? { type: 'cancelled', by: 'you' } : undefined)
    },
    cancel: (key) => {
      const { activity } = registry.observe(key).snapshot()
      cancelled.add(idOf(key, isBusy(activity) ? activity.runId : live(key)?.runId))
      registry.cancel(key).catch(() => {})
    },
    elsewhere: (key) => {
      if (live(key) || !transport.has(key)) return
      elsewhere += 1
      asked.add(idOf(key, `elsewhere-${elsewhere}`))
      transport.startElsewhere(key, `elsewhere-${elsewhere}`, textFor(key))
    },
    drop: (key) => transport.drop(key),
    lose: () => transport.next('start', { type: 'lost' }),
    refuse: () => transport.next('openLog', { type: 'fault', fault: { type: 'network' } }),
    wait: () => environment.clock.advance(1_000),
    frame: () => environment.clock.advance(16),
    refresh: (key) => registry.refresh(key),
    delete: (key) => {
      if (!transport.has(key)) return
      gone(key)
      registry.deleteThread(key, { force: true }).catch(() => {})
    },
    bury: (key) => {
      if (!transport.has(key)) return
      gone(key)
      transport.bury(key)
    },
    reload: () => {
      registry.close()
      for (const stop of views.values()) stop()
      views.clear()
      registry = open()
    },
  }

  async function rest(): Promise<void> {
    for (let round = 0; round < 30; round += 1) {
      for (const [at, key] of KEYS.entries()) {
        perform.look(key, at)
        perform.end(key, at)
        if (transport.has(key)) perform.resume(key, at)
      }
      await settle()
      environment.clock.advance(10_000)
      await settle()
    }
  }

  return {
    environment,
    transport,
    perform,
    rest,
    cancelled,
    buried,
    asked,
    handles,
    told,
    idOf,
    state: (key: ThreadKey) => registry.observe(key).snapshot(),
    page: () => pages,
    leave() {
      for (const stop of views.values()) stop()
    },
  }
}

type World = ReturnType<typeof createWorld>

function check(world: World, key: ThreadKey): void {
  const { transport, buried, cancelled, asked, told, idOf } = world
  const { content, activity, pending, queue } = world.state(key)
  expect(activity.type).toBe('idle')
  expect(pending).toEqual([])
  expect(queue.items).toEqual([])
  if (!transport.has(key)) {
    expect(content.type).toBe(buried.has(keyString(key)) ? 'gone' : 'new')
    return
  }
  const truth = transport.view(key)
  expect(content.type).toBe('ready')
  if (content.type !== 'ready') return
  // I4: what is shown is the log.
  expect(content.view.messages).toEqual(truth.messages)
  expect(content.view.runs).toEqual(truth.runs)
  // I3: nothing of another thread is in it.
  for (const { content: said } of pathTo(truth.messages, newestLeaf(truth.messages))) {
    for (const other of KEYS) if (other !== key) expect(said).not.toContain(keyString(other))
  }
  const ids = truth.runs.map(({ runId }) => runId)
  // I9: whatever was sent again ran once, and nothing ran that nobody asked for.
  expect(new Set(ids).size).toBe(ids.length)
  for (const run of truth.runs) {
    expect(asked).toContain(idOf(key, run.runId))
    // I5: what ended cancelled was cancelled by somebody.
    if (run.status === 'cancelled') expect(cancelled).toContain(idOf(key, run.runId))
    // I1: the page that saw the end has told each start and each end once, or the run was before its time.
    const last = told.get(`${world.page()}/${idOf(key, run.runId)}`) ?? []
    expect(['', 'RunStarted,RunCompleted']).toContain(last.join())
  }
}

it('I1 I2 I3 I4 I5 I9 S001-32 S001-37 S001-65 over random lives: views are their logs, ends are told once and stay, only who was cancelled ends so', async () => {
  const act = fc.tuple(fc.constantFrom(...ACTS), fc.constantFrom(0, 1, 2))
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 60 }), fc.boolean(), async (acts, exist) => {
      const world = createWorld(exist)
      for (const [name, at] of acts) {
        world.perform[name](KEYS[at] as ThreadKey, at)
        await settle()
      }
      await world.rest()
      for (const key of KEYS) check(world, key)
      for (const events of world.told.values()) {
        expect(['RunStarted', 'RunStarted,RunCompleted']).toContain(events.join())
      }
      // I2
      for (const [handle, state] of world.handles) if (state) expect(handle.state).toBe(state)
      world.leave()
      world.environment.clock.advance(6_000)
      await settle()
      expect(world.transport.connections).toBe(0)
      expect(world.environment.clock.waiting).toBe(0)
      expect(world.environment.listeners).toBe(0)
      expect(world.environment.keep.names().filter((name) => !isGivenBack(world, name))).toEqual([])
    }),
    { numRuns: 120 },
  )
}, 60_000)

function textFor(key: ThreadKey): string {
  return `to ${keyString(key)}`
}

function isCancel(type: string): boolean {
  return type === 'run.cancel-requested'
}

/** Words that did not arrive wait for the person to take them. */
function isGivenBack({ environment }: World, name: string): boolean {
  return environment.keep.read(name)?.includes('"refused":true') ?? false
}
