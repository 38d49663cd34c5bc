/** Nothing leaks, over many runs. */
import { expect, it } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { deriveRunHandles } from './derived-handles.ts'
import { createRunRegistry } from './registry.ts'

/** Lets everything that does not wait for the clock happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  const registry = createRunRegistry({ transport, environment })
  return { environment, transport, registry, handles: deriveRunHandles(registry) }
}

it('S000-6 S001-33 I10 after 1,000 runs and as many looks, sockets, timers and listeners are back at the baseline', async () => {
  const { environment, transport, registry, handles } = setUp()
  for (let round = 0; round < 1_000; round += 1) {
    const key = { roomId: 'R1', threadId: `T${round % 100}` }
    const stop = registry.observe(key).subscribe(() => {})
    const { runId, accepted } = registry.start(key, { text: 'Hello' })
    await accepted
    await settle()
    expect(registry.observe(key).snapshot().connection.type).toBe('live')
    if (round % 2 === 0) stop()
    transport.say(key, runId, 'Hi')
    transport.end(key, runId)
    stop()
    if (round % 10 === 0) environment.clock.advance(6_000)
    expect(transport.connections).toBeLessThanOrEqual(50)
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
  expect(handles.activeSize).toBe(0)
  expect([...handles].every(({ token }) => token.signal.aborted)).toBe(true)
  expect(environment.keep.names()).toEqual([])
}, 60_000)
