/**
 * Which agents a start that names none may mean, nearest first: the agent belongs to the thread. Does not know: which of
 * them are set up.
 */
import { isEnded, messageIn, type ThreadView } from '@holdfast/core'
import type { Absent, WhoAnswers } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import type { RoomRow, ThreadRow } from './facts.ts'
import { threadAbsence } from './visible.ts'

export interface WhoAnswersFacts {
  readonly room: RoomRow | undefined
  readonly thread: ThreadRow | undefined
  /** The run that has the start's id already. */
  readonly run: RunRecord | undefined
  /** Only read where a message is answered again. */
  readonly view: Pick<ThreadView, 'runs' | 'messages'>
}

/** `answered`: the message that a start without new messages is to answer. */
export function decideWhoAnswers(
  facts: WhoAnswersFacts,
  principal: Principal,
  answered: string | undefined,
): WhoAnswers | Absent {
  const { room, thread, run } = facts
  const absent = threadAbsence(room, thread, principal)
  if (absent) return absent
  const again = answered === undefined || !thread ? undefined : answeredBefore(facts.view, answered)
  const candidates = [again, thread?.agentId, room?.agentId].filter((agentId) => agentId !== undefined)
  return { type: 'agents', ...(run && { accepted: run.request.agentId }), candidates }
}

/** Who answered this message last, else who wrote it and is asked to go on. */
function answeredBefore({ runs, messages }: WhoAnswersFacts['view'], messageId: string): string | undefined {
  const last = runs.findLast((run) => isEnded(run) && run.parentId === messageId)
  if (last) return last.agentId
  const writer = messageIn(messages, messageId)?.runId
  return runs.find(({ runId }) => runId === writer)?.agentId
}
