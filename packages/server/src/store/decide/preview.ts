/**
 * The line under a thread's title: of its newest answer; until there is one, of what a person said last. Text of agents
 * and of people is not trusted: what is kept is one short line that cannot change how the page around it reads.
 */
import type { ThreadView } from '@holdfast/core'
import type { RunRecord } from '../run-record.ts'
import { textOf } from './search.ts'

const MAX_PREVIEW = 200
/** How much of a text is looked at, in units. A text that begins with more white space than this has no preview. */
const LOOKED_AT = 2_000

const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/
const CONTROL = /\p{Cc}/gu
/** Marks that change the direction of text, and characters without a width. Joiners stay: scripts and emoji need them. */
const UNSEEN = /[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]/gu
const SPACES = /\s+/gu
/** A line without any says nothing, such as a rule or the beginning of a block of code. */
const WORDS = /^(?!```|~~~).*[\p{L}\p{N}\p{Sc}\p{So}]/u

/** The first line of a text that says something; undefined if there is none. */
export function lineOf(text: string): string | undefined {
  for (const line of text.slice(0, LOOKED_AT).split(LINE_END)) {
    const plain = line.toWellFormed().replace(CONTROL, ' ').replace(UNSEEN, '').replace(SPACES, ' ').trim()
    if (WORDS.test(plain)) return cut(plain)
  }
  return undefined
}

/** Does not divide a character that takes two units. */
function cut(line: string): string {
  const end = line.length > MAX_PREVIEW && /[\uD800-\uDBFF]/.test(line.charAt(MAX_PREVIEW - 1)) ? -1 : 0
  return line.slice(0, MAX_PREVIEW + end).trimEnd()
}

/** The thread's preview after this put of a run; undefined: it stays as it is. `view` is folded up to these writes. */
export function previewAfter(run: RunRecord, view: () => ThreadView): string | undefined {
  const ended = 'outcome' in run
  if (!ended && run.status !== 'queued') return undefined
  const { messages } = view()
  const answer = ended ? lastLine(messages, run.runId) : undefined
  if (answer !== undefined || messages.some(isAnswer)) return answer
  const said = run.request.messages.findLast(({ role }) => role === 'user')
  return said && lineOf(textOf(said))
}

type Messages = ThreadView['messages']

/** Of the last text of a run that has just ended: its messages come after those of every earlier run of the thread. */
function lastLine(messages: Messages, runId: string): string | undefined {
  for (let at = messages.length - 1; at >= 0; at--) {
    const message = messages[at]
    if (!message || (message.runId !== undefined && message.runId !== runId)) return undefined
    const line = message.runId === runId && message.role === 'assistant' ? lineOf(textOf(message)) : undefined
    if (line !== undefined) return line
  }
  return undefined
}

function isAnswer(message: Messages[number]): boolean {
  return message.role === 'assistant' && lineOf(textOf(message)) !== undefined
}
