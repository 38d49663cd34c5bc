/**
 * The line under a thread's title: of its newest answer; until there is one, of what a person said last.
 */
import { lineOf, type ThreadView, textOf } from '@holdfast/core'
import type { RunRecord } from '../run-record.ts'

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
