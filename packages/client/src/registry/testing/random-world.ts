/** Three threads on a server, two of them with the same id, and the acts of a random life. */
import { keyString, type ThreadKey } from '@holdfast/core'
import { createManualEnvironment } from '../../testing/manual-environment.ts'
import { createScriptedTransport } from '../../testing/scripted-transport.ts'
import { isBusy } from '../../thread/activity.ts'
import { deriveRunHandles } from '../derived-handles.ts'
import type { RunHandle, RunState } from '../handle.ts'
import { createRunRegistry } from '../registry.ts'
import { A, B, C } from './looking.ts'

export const KEYS: readonly ThreadKey[] = [A, B, C]
export const ACTS = [
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
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

/** Three threads on a server, one page after the other that looks at them, and a book of what was asked and told. */
export function createWorld(exist: boolean) {
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

export type World = ReturnType<typeof createWorld>

function textFor(key: ThreadKey): string {
  return `to ${keyString(key)}`
}

function isCancel(type: string): boolean {
  return type === 'run.cancel-requested'
}
