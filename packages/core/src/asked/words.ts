/**
 * What the search covers: titles, the messages of people once their run has started, the answers of agents once their
 * run has ended. A search term matches the beginning of a word, ignoring case and accents. A thread matches if every
 * term does.
 */
import type { Message } from '@ag-ui/core'
import type { ThreadView } from '../thread/thread-view.ts'

const MAX_TERMS = 8

export function wordsOf(messages: readonly Message[]): string {
  return messages.map(textOf).join('\n').trim()
}

/**
 * The answer of a run that has just ended, without reasoning, tool results and activities. Its messages come after
 * those of every earlier run of the thread, so the search for them stops there.
 */
export function answerOf({ messages }: Pick<ThreadView, 'messages'>, runId: string): string {
  const before = messages.findLastIndex((message) => message.runId !== undefined && message.runId !== runId)
  return wordsOf(messages.slice(before + 1).filter(({ runId: by, role }) => by === runId && role === 'assistant'))
}

export function textOf({ role, content }: Message): string {
  if (role === 'activity' || content === undefined) return ''
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : '')).join(' ')
}

/** The words of a text or of a query, without case and accents. */
export function termsOf(text: string): string[] {
  const plain = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
}

/** The search terms. Words beyond the limit are ignored. Empty: nothing can be found. */
export function searchTerms(q: string): readonly string[] {
  return [...new Set(termsOf(q))].slice(0, MAX_TERMS)
}
