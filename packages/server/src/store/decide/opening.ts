/**
 * How a run opens: where its new messages hang in the tree, its RUN_STARTED, and the records of a run that is cancelled
 * or superseded before it starts.
 */
import type { Message } from '@ag-ui/core'
import { messageIn, newestLeaf, runStarted, runTerminal, standInFor, type ThreadView } from '@holdfast/core'
import { type EndedRecord, type QueuedRecord, type StartRequest, type StopRequest, stopOutcome } from '../run-record.ts'
import type { LogRecord } from './facts.ts'
import { endedRecord } from './lease.ts'
import { aguiRecord, controlRecord } from './records.ts'
import { wordsOf } from './search.ts'

/** What a start adds to a thread, and where. */
export interface Opening {
  /** The messages that the thread does not hold, each once. */
  readonly messages: readonly Message[]
  /** The parent of the first of them; without any, the message to answer; null at the root. */
  readonly parentId: string | null
}

/** Undefined: `request.parentId` names a message that the thread does not hold. */
export function openingOf(view: ThreadView, request: StartRequest): Opening | undefined {
  const holds = holder(view)
  const { parentId = null } = request
  if (parentId !== null && !holds(standInFor(parentId, holds, view.superseded) ?? '')) return undefined
  const messages: Message[] = []
  const fresh = new Set<string>()
  for (const message of request.messages) {
    if (holds(message.id) || fresh.has(message.id)) continue
    fresh.add(message.id)
    messages.push(message)
  }
  const lastGiven = messages.length === 0 ? request.messages.at(-1)?.id : undefined
  return { messages, parentId: placeOf(request, view, lastGiven) }
}

/** The opening of an accepted run, determined when it starts: by then the thread may have grown. */
export function openingNow(view: ThreadView, run: QueuedRecord): Opening {
  const asked = view.queue.find((entry) => entry.run.runId === run.runId)?.messages ?? []
  // Another run may have added the same message in the meantime: the log wins.
  const messages = asked.filter((message) => !messageIn(view.messages, message.id))
  const answered = asked.at(-1)?.id ?? run.parentId ?? null
  if (messages.length === 0) return { messages, parentId: standInFor(answered, holder(view), view.superseded) }
  return { messages, parentId: placeOf(run.request, view) }
}

/** Null only if the start asked for the root, or if the thread is empty. */
function placeOf({ parentId }: StartRequest, view: ThreadView, lastGiven?: string): string | null {
  if (parentId === undefined) return lastGiven ?? newestLeaf(view.messages)
  return standInFor(parentId, holder(view), view.superseded)
}

function holder({ messages }: ThreadView): (id: string) => boolean {
  return (id) => messageIn(messages, id) !== undefined
}

/** The opening of a run that leaves the queue before its turn: its messages do not enter the conversation. */
export const UNSAID: Opening = { messages: [], parentId: null }

/** The run with the message that it answers, as its opening says. */
export function openedAs<Kept extends QueuedRecord>(run: Kept, { messages, parentId }: Opening): Kept {
  const { parentId: _, ...rest } = run
  const answered = messages.at(-1)?.id ?? parentId
  return { ...(rest as Kept), ...(answered !== null && { parentId: answered }) }
}

export function startedRecord({ threadId, runId }: QueuedRecord, { messages, parentId }: Opening): LogRecord {
  return aguiRecord(runId, runStarted({ threadId, runId, messages, parentId }))
}

/** Ends a run that never started: its messages enter the conversation, and no agent is called. */
export function endBeforeStart(
  run: QueuedRecord,
  opening: Opening,
  stop: StopRequest,
  now: number,
): { readonly log: readonly LogRecord[]; readonly run: EndedRecord; readonly said: string } {
  const { threadId, runId } = run
  const outcome = stopOutcome(stop)
  return {
    log: [
      ...('supersededBy' in stop ? [] : [controlRecord(runId, { type: 'run.cancel-requested', ...stop })]),
      startedRecord(run, opening),
      aguiRecord(runId, runTerminal(outcome, { threadId, runId })),
      controlRecord(runId, { type: 'run.ended', outcome }),
    ],
    said: wordsOf(opening.messages),
    // Its log has a RUN_STARTED, so its record has a start time.
    run: endedRecord(openedAs(run, opening), { outcome, startedAt: now, endedAt: now }),
  }
}
