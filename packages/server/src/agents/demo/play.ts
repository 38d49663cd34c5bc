/** Plays a script exactly: the text is `t0 t1 t2 … `, so that a reader can prove that it missed nothing. */
import { type Event, EventType } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import { forever, sleep } from '../sleep.ts'
import type { DemoScript } from './script.ts'

export interface PlayOptions {
  readonly clock: Clock
  readonly newId: () => string
  readonly signal: AbortSignal
}

export async function* play(script: DemoScript, { clock, newId, signal }: PlayOptions): AsyncGenerator<Event> {
  const heeded = script.ignoreAbort ? undefined : signal
  if (script.tool) yield* toolCall(newId)
  const messageId = newId()
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
  for (let n = 0; n < script.tokens; n++) {
    if (n === script.failAfter) fail(n)
    if (n > 0 && !script.flood && script.intervalMs > 0) await sleep(clock, script.intervalMs, heeded)
    heeded?.throwIfAborted()
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `${script.prefix}${n} ` }
  }
  if (script.failAfter === script.tokens) fail(script.tokens)
  if (script.hang) await forever(heeded)
  yield { type: EventType.TEXT_MESSAGE_END, messageId }
}

function fail(tokens: number): never {
  throw new AgentFailure('agent_error', `The demo agent failed after ${tokens} tokens, as its script asked.`)
}

function* toolCall(newId: () => string): Generator<Event> {
  const toolCallId = newId()
  yield { type: EventType.TOOL_CALL_START, toolCallId, toolCallName: 'demo_lookup' }
  yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta: '{"query":' }
  yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta: '"holdfast"}' }
  yield { type: EventType.TOOL_CALL_END, toolCallId }
  yield { type: EventType.TOOL_CALL_RESULT, toolCallId, messageId: newId(), role: 'tool', content: '{"found":1}' }
}
