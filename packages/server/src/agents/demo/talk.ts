/**
 * Streams an answer to a person at the speed of a model: thinking, a tool call, markdown. Takes eight to twenty
 * seconds.
 */
import { type Event, EventType } from '@ag-ui/core'
import { sleep } from '../sleep.ts'
import { answerTo } from './answers.ts'
import { announce, complete, mainActor, type Stage, say } from './stage.ts'

export const TOKEN_MS = 25
const TOOL_MS = 900

export async function* talk(question: string, stage: Stage): AsyncGenerator<Event> {
  const main = mainActor(stage)
  const { thinking, tool, text } = answerTo(question)
  yield* think(stage, thinking)
  const toolCallId = yield* announce(main, tool, undefined)
  await sleep(stage.clock, TOOL_MS, stage.signal)
  yield* complete(main, toolCallId, tool.result)
  yield* say(main, () => tokensOf(text), TOKEN_MS)
}

export async function* think({ clock, newId, signal }: Stage, text: string): AsyncGenerator<Event> {
  const messageId = newId()
  yield { type: EventType.REASONING_START, messageId }
  yield { type: EventType.REASONING_MESSAGE_START, messageId, role: 'reasoning' }
  for (const delta of tokensOf(text)) {
    await sleep(clock, TOKEN_MS, signal)
    yield { type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta }
  }
  yield { type: EventType.REASONING_MESSAGE_END, messageId }
  yield { type: EventType.REASONING_END, messageId }
}

/** Splits text into pieces of about the size of a model's, never within a character. Joined they are the text. */
export function tokensOf(text: string): string[] {
  return text.match(/\s?\S{1,3}|\s+/gu) ?? []
}
