/**
 * Which agents a start without an agent may mean, best candidate first: the agent belongs to the thread. Does not know:
 * which of them are set up.
 */
import { isEnded, messageIn, type ThreadKey, type ThreadView } from '@holdfast/core'
import type { Absent, WhoAnswers } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { Known } from './facts.ts'
import { type Decision, type Need, needing } from './step.ts'
import { threadAbsence } from './visible.ts'

type Answer = WhoAnswers | Absent

/** `answered`: the message that a start without new messages is to answer. */
export function decideWhoAnswers(
  { room, thread, run }: Known<'room' | 'thread' | 'run'>,
  principal: Principal,
  _key: ThreadKey,
  { answered }: { readonly answered?: string },
): Decision<Answer> | Need<Decision<Answer>> {
  const absent = threadAbsence(room, thread, principal)
  if (absent) return { answer: absent }
  const decide = (again: string | undefined): Decision<Answer> => {
    const candidates = [again, thread?.agentId, room?.agentId].filter((agentId) => agentId !== undefined)
    return { answer: { type: 'agents', ...(run && { accepted: run.request.agentId }), candidates } }
  }
  if (answered === undefined || !thread) return decide(undefined)
  return needing(['view'], ({ view }) => decide(answeredBefore(view, answered)))
}

/** The agent that last answered this message, otherwise the one that wrote it and is asked to continue. */
function answeredBefore({ runs, messages }: ThreadView, messageId: string): string | undefined {
  const last = runs.findLast((run) => isEnded(run) && run.parentId === messageId)
  if (last) return last.agentId
  const writer = messageIn(messages, messageId)?.runId
  return runs.find(({ runId }) => runId === writer)?.agentId
}
