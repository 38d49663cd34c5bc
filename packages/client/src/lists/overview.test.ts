/** The roll-up: thread, room, everything, from what the server holds, with nothing of it open here. */
import { expect, it, vi } from 'vitest'
import type { Diagnostic } from '../registry/events.ts'
import { createRunRegistry } from '../registry/registry.ts'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'

const A = { roomId: 'default', threadId: 'T1' }
const B = { roomId: 'default', threadId: 'T2' }
const until = vi.waitFor

function setUp(transport = createScriptedTransport()) {
  const environment = createManualEnvironment()
  const diagnostics: Diagnostic[] = []
  const registry = createRunRegistry({ transport, environment })
  registry.events.subscribe((event) => event.type === 'InputDropped' && diagnostics.push(event.diagnostic))
  const { overview } = registry
  const shown = () => overview.snapshot().threads.map(({ threadId, status }) => [threadId, status])
  const count = (type: string) => transport.asked.filter((each) => each.type === type).length
  return { transport, environment, registry, overview, shown, count, diagnostics }
}

it('S001-19 S001-54 says what works in which room, of runs from anywhere, without a thread of them open', async () => {
  const { transport, overview, shown, count, environment } = setUp()
  transport.startElsewhere(A, 'run', 'Hello')
  expect(overview.snapshot().known).toBe(false)
  const stop = overview.subscribe(() => {})
  await until(() => expect(shown()).toEqual([['T1', 'working']]))
  expect(overview.snapshot().rooms).toEqual([{ roomId: 'default', unread: 0, working: 1, needsYou: 0 }])
  expect([count('snapshot'), count('openLog'), count('openFeed')]).toEqual([0, 0, 1])
  environment.clock.advance(1_000)
  const before = overview.snapshot()
  transport.startElsewhere(B, 'run', 'Hello')
  await until(() => expect(shown()).toHaveLength(2))
  expect(overview.snapshot().threads[0]).toBe(before.threads[0])
  environment.clock.advance(1_000)
  transport.end(A, 'run')
  await until(() => expect(shown()).toEqual([['T2', 'working']]))
  stop()
  await until(() => expect(environment.clock.waiting).toBe(0))
  expect(environment.listeners).toBe(0)
})

it('continues where the inbox was lost, and starts over where it cannot', async () => {
  const { transport, overview, shown, count, environment } = setUp()
  overview.subscribe(() => {})
  await until(() => expect(count('openFeed')).toBe(1))
  transport.dropFeed()
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  transport.startElsewhere(A, 'run', 'Hello')
  const cursors = () => transport.asked.flatMap((each) => (each.type === 'openFeed' ? [each.body.inbox] : []))
  await until(() => {
    environment.clock.advance(500)
    expect(cursors()).toEqual(['0', '0'])
  })
  environment.clock.advance(1_000)
  await until(() => expect(shown()).toEqual([['T1', 'working']]))
  transport.next('openFeed', { type: 'fault', fault: problem('cursor_ahead') })
  transport.dropFeed()
  await until(() => {
    environment.clock.advance(500)
    expect(cursors()).toEqual(['0', '0', '3', '3'])
  })
  expect(count('inbox')).toBeGreaterThan(1)
})

it('S001-19 tells what happens anywhere, each once and in order, also what came while the line was lost; and then no more', async () => {
  const { transport, registry, count, environment } = setUp()
  const told: string[] = []
  const stop = registry.inbox.subscribe((entry) =>
    told.push('runId' in entry ? `${entry.type} ${entry.runId}` : entry.type),
  )
  await until(() => expect(count('openFeed')).toBe(1))
  transport.startElsewhere(A, 'one', 'Hello')
  transport.dropFeed()
  transport.end(A, 'one')
  transport.startElsewhere(B, 'two', 'Hello')
  await until(() => {
    environment.clock.advance(500)
    expect(told).toContain('RunStarted two')
  })
  const of = (run: string) => [`RunQueued ${run}`, `RunStarted ${run}`]
  expect(told).toEqual(['ThreadCreated', ...of('one'), 'RunCompleted one', 'ThreadCreated', ...of('two')])
  expect(count('openLog') + count('snapshot')).toBe(0)
  stop()
  transport.end(B, 'two')
  expect(told).toHaveLength(7)
  await until(() => expect(environment.clock.waiting).toBe(0))
})

it('S001-7 S001-29 what belongs to another thread is dropped, counted and said, with its type and where it came', async () => {
  const { transport, registry, diagnostics } = setUp()
  for (const key of [A, B]) transport.startElsewhere(key, 'run', 'Hello')
  const stop = registry.observe(A).subscribe(() => {})
  await until(() => expect(registry.observe(A).snapshot().connection.type).toBe('live'))
  transport.push(A, transport.log(B).slice(-1))
  expect(diagnostics).toEqual([{ type: 'RUN_STARTED', reason: 'foreign', key: A }])
  expect(registry.diagnostics.counters.dropped).toEqual({ malformed: 0, foreign: 1 })
  transport.say(A, 'run', 'its own')
  stop()
  expect(registry.observe(A).snapshot().content).toMatchObject({ view: { seq: 5 } })
})
