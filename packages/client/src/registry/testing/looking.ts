/** A registry with everything around it, and observers that remember what they were shown. */
import { newestLeaf, type Outcome, pathTo, type ThreadKey } from '@holdfast/core'
import { expect, vi } from 'vitest'
import { createManualEnvironment, MANUAL_FRAME_MS } from '../../testing/manual-environment.ts'
import { createScriptedTransport, type ScriptedTransport } from '../../testing/scripted-transport.ts'
import type { LifecycleEvent } from '../../thread/lifecycle.ts'
import type { ThreadState } from '../../thread/port.ts'
import { deriveRunHandles } from '../derived-handles.ts'
import type { RunRegistry } from '../port.ts'
import { createRunRegistry } from '../registry.ts'

export const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
export const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }
/** The same thread id as A, in another room. */
export const C: ThreadKey = { roomId: 'R2', threadId: 'T1' }
export const OFFLINE = { type: 'fault', fault: { type: 'network' } } as const
export const until = vi.waitFor

export function setUp() {
  return around(createScriptedTransport(), new Map(), 'id-')
}

let pages = 0

/** The same page, reloaded: with a new registry, and with the same server and tab storage. */
export function reload({ registry, transport, kept }: ReturnType<typeof setUp>) {
  registry.close()
  pages += 1
  return around(transport, kept, `page-${pages}-`)
}

function around(transport: ScriptedTransport, kept: Map<string, string>, ids: string) {
  const environment = createManualEnvironment({ kept, ids })
  const completions: [ThreadKey, Outcome][] = []
  const onRunCompleted = (key: ThreadKey, outcome: Outcome) => void completions.push([key, outcome])
  const registry = createRunRegistry({ transport, environment })
  const handles = deriveRunHandles(registry, onRunCompleted)
  const events: LifecycleEvent[] = []
  registry.lifecycle.subscribe((event) => void events.push(event))
  const told = (type: LifecycleEvent['type']) => events.filter((event) => event.type === type)
  const cancels = () => transport.asked.filter(({ type }) => type === 'cancelRun' || type === 'cancelThread')
  const count = (type: string) => transport.asked.filter((each) => each.type === type).length
  const frame = () => environment.clock.advance(MANUAL_FRAME_MS)
  const wishes = () => environment.keep.names()
  return { environment, transport, registry, handles, events, completions, told, cancels, count, frame, kept, wishes }
}

/** Observes, and keeps what was shown each time. */
export function look(registry: RunRegistry, key: ThreadKey) {
  const thread = registry.observe(key)
  const shown: ThreadState[] = [thread.snapshot()]
  const stop = thread.subscribe(() => void shown.push(thread.snapshot()))
  const state = () => thread.snapshot()
  const isLive = () => expect(state().connection.type).toBe('live')
  return { shown, stop, state, isLive, text: () => text(thread.snapshot()) }
}

export function text({ content, pending }: ThreadState): string {
  const messages = content.type === 'ready' ? pathTo(content.view.messages, newestLeaf(content.view.messages)) : []
  return [...messages, ...pending].map(({ content: said }) => said).join('|')
}

/** A run that streams in an observed thread. */
export async function running(parts: ReturnType<typeof setUp>, key: ThreadKey) {
  const view = look(parts.registry, key)
  const { runId, accepted } = parts.registry.start(key, { text: 'Hello' })
  await accepted
  await until(view.isLive)
  return { ...view, runId }
}
