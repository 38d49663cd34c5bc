/** Which earlier run of the thread a start belongs to: the one that it continues, or the one that it retries. */
import type { Message, ResumeEntry } from '@ag-ui/core'
import { isEnded } from '../lifecycle/run.ts'
import type { ThreadView } from '../thread/thread-view.ts'
import type { Opening } from './opening.ts'
import { openRun } from './questions.ts'

interface Asked {
  readonly messages: readonly Message[]
  readonly resume?: readonly ResumeEntry[]
}

/** The run whose questions this one answers, or whose tool results it brings. */
export function continuedRun(view: ThreadView, { resume = [], messages }: Asked): string | undefined {
  if (resume.length > 0) return openRun(view)?.runId
  const results = new Set(messages.flatMap((message) => (message.role === 'tool' ? message.toolCallId : [])))
  if (results.size === 0) return undefined
  return view.messages.findLast(
    (message) => message.role === 'assistant' && message.toolCalls?.some((call) => results.has(call.id)),
  )?.runId
}

/** The run that this one retries: the newest one that answered the same message. */
export function retriedRun(view: ThreadView, { messages, parentId }: Opening): string | undefined {
  if (messages.length > 0) return undefined
  return view.runs.findLast((run) => isEnded(run) && run.parentId === parentId)?.runId
}
