/** Nothing leaks, nothing crosses, nobody is cancelled who was not cancelled: over many runs and over random ones. */
import { keyString, newestLeaf, pathTo, type ThreadKey } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { isBusy } from './activity.ts'
import type { LifecycleEvent } from './lifecycle.ts'
import { createRunRegistry } from './registry.ts'

/** Lets everything that does not wait for the clock happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  return { environment, transport, registry: createRunRegistry({ transport, environment }) }
}

it('S000-6 I10 after 1,000 runs and as many looks, sockets, timers and listeners are back at the baseline', async () => {
  const { environment, transport, registry } = setUp()
  for (let round = 0; round < 1_000; round += 1) {
    const key = { roomId: 'R1', threadId: `T${round % 100}` }
    const stop = registry.observe(key).subscribe(() => {})
    const { runId, accepted } = registry.start(key, { text: 'Hello' })
    await accepted
    await vi.waitFor(() => expect(registry.observe(key).snapshot().connection.type).toBe('live'), { interval: 1 })
    if (round % 2 === 0) stop()
    transport.say(key, runId, 'Hi')
    transport.end(key, runId)
    stop()
    if (round % 10 === 0) environment.clock.advance(6_000)
    expect(transport.connections).toBeLessThanOrEqual(5)
  }
  environment.clock.advance(6_000)
  await settle()
  expect(registry.diagnostics).toEqual({
    threads: 50,
    connections: 0,
    counters: { duplicates: 0, gaps: 0, dropped: { malformed: 0, foreign: 0 } },
  })
  expect(transport.connections).toBe(0)
  expect(environment.clock.waiting).toBe(0)
  expect(environment.listeners).toBe(0)
  expect(registry.activeKeys).toEqual([])
})

const KEYS: readonly ThreadKey[] = [
  { roomId: 'R1', threadId: 'T1' },
  { roomId: 'R1', threadId: 'T2' },
  { roomId: 'R2', threadId: 'T1' },
]
const ACTS = [
  'look',
  'leave',
  'start',
  'say',
  'end',
  'cancel',
  'elsewhere',
  'drop',
  'lose',
  'refuse',
  'wait',
  'frame',
] as const

it('I3 I4 I5 over random lives: every view is its log, only what was cancelled ends cancelled, each end is told once', async () => {
  const act = fc.tuple(fc.constantFrom(...ACTS), fc.constantFrom(0, 1, 2))
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 60 }), fc.boolean(), async (acts, exist) => {
      const { environment, transport, registry } = setUp()
      if (exist) for (const key of KEYS) transport.addThread(key)
      const events: LifecycleEvent[] = []
      registry.lifecycle.subscribe((event) => void events.push(event))
      const views = new Map<number, () => void>()
      const cancelled = new Set<string>()
      const live = (key: ThreadKey) =>
        transport.has(key)
          ? transport.view(key).runs.find(({ status }) => status === 'running' || status === 'cancelling')
          : undefined
      let runs = 0
      const perform: Record<(typeof ACTS)[number], (key: ThreadKey, at: number) => void> = {
        look: (key, at) => void views.set(at, views.get(at) ?? registry.observe(key).subscribe(() => {})),
        leave: (_, at) => {
          views.get(at)?.()
          views.delete(at)
        },
        start: (key) => {
          if (!isBusy(registry.observe(key).snapshot().activity)) registry.start(key, { text: `to ${keyString(key)}` })
        },
        say: (key) => {
          const run = live(key)
          if (run) transport.say(key, run.runId, `<${keyString(key)}>`)
        },
        end: (key) => {
          const run = live(key)
          if (!run) return
          const wasCancelled = run.status === 'cancelling'
          transport.end(key, run.runId, wasCancelled ? { type: 'cancelled', by: 'you' } : { type: 'succeeded' })
        },
        cancel: (key) => {
          const { activity } = registry.observe(key).snapshot()
          if (isBusy(activity)) cancelled.add(`${keyString(key)}/${activity.runId}`)
          else cancelled.add(`${keyString(key)}/${live(key)?.runId}`)
          registry.cancel(key).catch(() => {})
        },
        elsewhere: (key) => {
          if (live(key) || !transport.has(key)) return
          runs += 1
          transport.startElsewhere(key, `elsewhere-${runs}`, `to ${keyString(key)}`)
        },
        drop: (key) => transport.drop(key),
        lose: () => transport.next('start', { type: 'lost' }),
        refuse: () => transport.next('openLog', { type: 'fault', fault: { type: 'network' } }),
        wait: () => environment.clock.advance(1_000),
        frame: () => environment.clock.advance(16),
      }
      for (const [name, at] of acts) {
        perform[name](KEYS[at] as ThreadKey, at)
        await settle()
      }

      // Everything comes to rest: every run ends, every connection recovers.
      for (let round = 0; round < 30; round += 1) {
        for (const [at, key] of KEYS.entries()) {
          perform.look(key, at)
          perform.end(key, at)
        }
        await settle()
        environment.clock.advance(10_000)
        await settle()
      }
      for (const key of KEYS) {
        const { content, activity, pending } = registry.observe(key).snapshot()
        if (!transport.has(key)) {
          expect(content.type).toBe('new')
          continue
        }
        const truth = transport.view(key)
        expect(activity.type).toBe('idle')
        expect(pending).toEqual([])
        expect(content.type).toBe('ready')
        if (content.type !== 'ready') return
        expect(content.view.messages).toEqual(truth.messages)
        expect(content.view.runs).toEqual(truth.runs)
        for (const { content: said } of pathTo(truth.messages, newestLeaf(truth.messages))) {
          for (const other of KEYS) if (other !== key) expect(said).not.toContain(keyString(other))
        }
        for (const run of truth.runs) {
          if (run.status === 'cancelled') expect(cancelled).toContain(`${keyString(key)}/${run.runId}`)
          const told = events.filter((event) => keyString(event) === keyString(key) && event.runId === run.runId)
          expect(['', 'RunStarted,RunCompleted']).toContain(told.map(({ type }) => type).join())
        }
      }
      for (const stop of views.values()) stop()
      environment.clock.advance(6_000)
      await settle()
      expect(transport.connections).toBe(0)
      expect(environment.clock.waiting).toBe(0)
      expect(environment.listeners).toBe(0)
    }),
    { numRuns: 150 },
  )
})
