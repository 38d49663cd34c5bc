/** Converts the results of a batch or a read into messages for the main thread. */
import type { BatchOutcome } from './committer.ts'
import type { MoreColumns, Outcomes } from './messages.ts'
import { faultCode } from './sqlite-error.ts'
import type { Committed } from './store-data.ts'

type Message = [message: Outcomes, transfer: ArrayBuffer[]]

export function outcomesOf({ outcomes, committed, commitMs }: BatchOutcome): Message {
  const message: Outcomes = {
    type: 'outcomes',
    ids: [],
    answers: [],
    running: [],
    faults: [],
    more: committed && committed.parts.length > 0 ? moreOf(committed) : undefined,
    told: committed?.told ?? [],
    inboxes: [...(committed?.inboxes ?? [])],
    persons: committed?.persons ?? [],
    ...(commitMs !== undefined && { commitMs }),
  }
  for (const outcome of outcomes) {
    if (outcome.type === 'fault') message.faults.push({ id: outcome.id, code: outcome.code, detail: outcome.detail })
    else if (isRunning(outcome.answer)) message.running.push(outcome.id)
    else {
      message.ids.push(outcome.id)
      message.answers.push(outcome.answer)
    }
  }
  return [message, message.more ? [message.more.buffer] : []]
}

export function readingOutcome(id: number, answer: unknown): Message {
  const message: Outcomes = { ...nothing(), ids: [id], answers: [answer] }
  const frames = framesIn(answer)
  return [message, frames ? [frames.buffer] : []]
}

export function readingFault(id: number, error: unknown): Outcomes {
  const detail = error instanceof Error ? error.message : String(error)
  return { ...nothing(), faults: [{ id, code: faultCode(error), detail }] }
}

function nothing(): Outcomes {
  return {
    type: 'outcomes',
    ids: [],
    answers: [],
    running: [],
    faults: [],
    more: undefined,
    told: [],
    inboxes: [],
    persons: [],
  }
}

function moreOf({ buffer, parts, keys }: Committed): MoreColumns {
  const more: MoreColumns = {
    tenants: [],
    rooms: [],
    threads: [],
    firstSeqs: [],
    lastSeqs: [],
    offsets: [],
    lengths: [],
    buffer,
  }
  for (const { thread, firstSeq, lastSeq, frames } of parts) {
    const key = keys.get(thread)
    if (!key) continue
    more.tenants.push(key.tenantId)
    more.rooms.push(key.roomId)
    more.threads.push(key.threadId)
    more.firstSeqs.push(firstSeq)
    more.lastSeqs.push(lastSeq)
    more.offsets.push(frames.byteOffset)
    more.lengths.push(frames.byteLength)
  }
  return more
}

/** Whether the answer is `{type: 'running'}` and nothing else, which only an append gives. */
function isRunning(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('type' in answer)) return false
  return answer.type === 'running' && !('stoppedChildren' in answer)
}

/** The frames of a log chunk are in a buffer of their own, which can be transferred. */
function framesIn(answer: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof answer !== 'object' || answer === null || !('frames' in answer)) return undefined
  return answer.frames instanceof Uint8Array ? (answer.frames as Uint8Array<ArrayBuffer>) : undefined
}
