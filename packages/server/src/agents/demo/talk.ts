/**
 * Streams an answer to a person at the speed of a model: thinking, a tool call, markdown. Takes eight to twenty
 * seconds.
 */
import { type Event, EventType } from '@ag-ui/core'
import { sleep } from '../sleep.ts'
import { answerTo } from './answers.ts'
import type { PlayOptions } from './play.ts'

const TOKEN_MS = 25
const TOOL_MS = 900

export async function* talk(question: string, { clock, newId, signal }: PlayOptions): AsyncGenerator<Event> {
  const answer = answerTo(question)
  async function* paced(text: string) {
    for (const delta of tokensOf(text)) {
      await sleep(clock, TOKEN_MS, signal)
      yield delta
    }
  }

  const thought = newId()
  yield { type: EventType.REASONING_START, messageId: thought }
  yield { type: EventType.REASONING_MESSAGE_START, messageId: thought, role: 'reasoning' }
  for await (const delta of paced(answer.thinking))
    yield { type: EventType.REASONING_MESSAGE_CONTENT, messageId: thought, delta }
  yield { type: EventType.REASONING_MESSAGE_END, messageId: thought }
  yield { type: EventType.REASONING_END, messageId: thought }

  const toolCallId = newId()
  yield { type: EventType.TOOL_CALL_START, toolCallId, toolCallName: answer.tool.name }
  for await (const delta of paced(answer.tool.args)) yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta }
  yield { type: EventType.TOOL_CALL_END, toolCallId }
  await sleep(clock, TOOL_MS, signal)
  const content = answer.tool.result
  yield { type: EventType.TOOL_CALL_RESULT, toolCallId, messageId: newId(), role: 'tool', content }

  const messageId = newId()
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
  for await (const delta of paced(answer.text)) yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta }
  yield { type: EventType.TEXT_MESSAGE_END, messageId }
}

/** Splits text into pieces of about the size of a model's, never within a character. Joined they are the text. */
function tokensOf(text: string): string[] {
  return text.match(/\s?\S{1,3}|\s+/gu) ?? []
}
