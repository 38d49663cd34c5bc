/**
 * What can be searched for: titles, what persons said once their run has started, what an agent answered once its run has
 * ended. A search is for words; each must begin a word somewhere in the thread, whatever its case and its accents.
 */
import type { Message } from '@ag-ui/core'
import type { ThreadView } from '@holdfast/core'

const MAX_TERMS = 8

export function wordsOf(messages: readonly Message[]): string {
  return messages.map(textOf).join('\n').trim()
}

/**
 * The answer of a run that has just ended: thoughts, tools' results and activities are none of it. What it wrote lies
 * behind what every earlier run of its thread wrote, so no more is looked through.
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

/** The words of a text or of a search, without case and accents. */
export function termsOf(text: string): string[] {
  const plain = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
}

/** What is looked for; more words than this make no search narrower. Empty: nothing can be found. */
export function searchTerms(q: string): readonly string[] {
  return [...new Set(termsOf(q))].slice(0, MAX_TERMS)
}
