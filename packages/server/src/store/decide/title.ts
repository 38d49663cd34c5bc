/** What a thread is called before anyone names it: the first line that a person said in it. */
import type { Message } from '@ag-ui/core'
import { textOf } from './search.ts'

const DEFAULT_TITLE = 'New thread'
const MAX_CHARACTERS = 80

export function titleFrom(messages: readonly Message[]): string {
  for (const message of messages) {
    if (message.role !== 'user') continue
    const line = textOf(message).trim().split('\n', 1)[0] ?? ''
    // By code points: a title never ends in half a character.
    const title = [...line].slice(0, MAX_CHARACTERS).join('').trim()
    if (title !== '') return title
  }
  return DEFAULT_TITLE
}
