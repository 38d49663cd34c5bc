/** The title of a thread until it is named: the first line of the first message that a person wrote in it. */
import type { Message } from '@ag-ui/core'
import { textOf } from './words.ts'

const DEFAULT_TITLE = 'New thread'
const MAX_CHARACTERS = 80

export function titleFrom(messages: readonly Message[]): string {
  for (const message of messages) {
    if (message.role !== 'user') continue
    const line = textOf(message).trim().split('\n', 1)[0] ?? ''
    // Cut by code points, so that a title never ends within a character.
    const title = [...line].slice(0, MAX_CHARACTERS).join('').trim()
    if (title !== '') return title
  }
  return DEFAULT_TITLE
}
