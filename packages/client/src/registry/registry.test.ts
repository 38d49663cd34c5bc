/** Runs outlive looking: the promises of documents 000 and 004, against a scripted server and a clock that stands still. */
import { newestLeaf, pathTo, type ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { createManualEnvironment, MANUAL_FRAME_MS } from '../testing/manual-environment.ts'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'
import type { LifecycleEvent, RunRegistry, ThreadState } from './port.ts'
import { createRunRegistry } from './registry.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }
const C: ThreadKey = { roomId: 'R2', threadId: 'T1' }

export function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  const registry = createRunRegistry({ transport, environment })
  const events: LifecycleEvent[] = []
  registry.lifecycle.subscribe((event) => void events.push(event))
  const told = (type: LifecycleEvent['type']) => events.filter((event) => event.type === type)
  const cancels = () => transport.asked.filter(({ type }) => type === 'cancelRun' || type === 'cancelThread')
  const frame = () => environment.clock.advance(MANUAL_FRAME_MS)
  return { environment, transport, registry, events, told, cancels, frame }
}

/** Looks, and keeps what was shown each time. */
function look(registry: RunRegistry, key: ThreadKey) {
  const thread = registry.observe(key)
  const shown: ThreadState[] = [thread.snapshot()]
  const stop = thread.subscribe(() => void shown.push(thread.snapshot()))
  return { shown, stop, state: () => thread.snapshot(), text: () => text(thread.snapshot()) }
}

function text({ content, pending }: ThreadState): string {
  const messages = content.type === 'ready' ? pathTo(content.view.messages, newestLeaf(content.view.messages)) : []
  return [...messages, ...pending].map(({ content: said }) => said).join('|')
}

const until = vi.waitFor

describe('a start', () => {
  it('S004-8 S004-31 is shown in the tick of the asking: the words, and that it starts', async () => {
    const { registry, transport } = setUp()
    const view = look(registry, A)
    const { runId } = registry.start(A, { text: 'Hello' })
    expect(view.state().activity).toEqual({ type: 'starting', runId })
    expect(view.text()).toBe('Hello')
    expect(transport.asked.filter(({ type }) => type === 'start')).toHaveLength(1)
    await until(() => expect(view.state().activity).toEqual({ type: 'active', runId }))
    await until(() => expect(view.state().connection.type).toBe('live'))
    expect(view.state().pending).toEqual([])
    expect(view.text()).toBe('Hello')
  })

  it('S000-2 S000-72 goes on unseen, and whoever returns sees all of it', async () => {
    const { registry, transport, frame, cancels } = setUp()
    const first = look(registry, A)
    const { runId } = registry.start(A, { text: 'Hello' })
    await until(() => expect(first.state().connection.type).toBe('live'))
    transport.say(A, runId, 'one ')
    first.stop()
    look(registry, C)
    transport.say(A, runId, 'two ')
    const again = look(registry, A)
    expect(again.text()).toBe('Hello|one two ')
    transport.say(A, runId, 'three')
    frame()
    expect(again.text()).toBe('Hello|one two three')
    transport.end(A, runId)
    expect(again.state().activity).toEqual({ type: 'idle', last: { runId, outcome: { type: 'succeeded' } } })
    expect(cancels()).toEqual([])
  })
})
void [B, problem]
