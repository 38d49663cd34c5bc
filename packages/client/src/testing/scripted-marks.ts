/**
 * The read marks of the scripted server, of its one person (docs/PROTOCOL.md).
 *
 * Owns: how far each thread was read. Does not know: requests, who is told.
 */
import { isUnread, keyString, raisesUnread, type ThreadInfo } from '@holdfast/core'
import type { Script } from './script.ts'

type MarksOfThread = Pick<ThreadInfo, 'completedSeq' | 'readSeq' | 'unread' | 'markedUnread'>

export interface ScriptedMarks {
  of(script: Script): MarksOfThread
  read(script: Script, seq: number): void
  markUnread(script: Script): void
}

export function createScriptedMarks(): ScriptedMarks {
  const marks = new Map<string, { readonly readSeq: number; readonly markedAt?: number }>()
  const markOf = ({ key }: Script) => marks.get(keyString(key)) ?? { readSeq: 0 }

  return {
    of(script) {
      const { readSeq, markedAt } = markOf(script)
      const completedSeq = completedSeqOf(script)
      const markedUnread = markedAt !== undefined
      const unread = isUnread({ completedSeq, readSeq, markedUnread })
      return { completedSeq, readSeq, unread, ...(markedUnread && { markedUnread }) }
    },
    read(script, seq) {
      const { readSeq, markedAt } = markOf(script)
      const read = Math.min(seq, script.builder.envelopes.length)
      const stays = markedAt !== undefined && markedAt > read
      marks.set(keyString(script.key), { readSeq: Math.max(readSeq, read), ...(stays && { markedAt }) })
    },
    markUnread(script) {
      const { readSeq } = markOf(script)
      marks.set(keyString(script.key), { readSeq, markedAt: script.builder.envelopes.length })
    },
  }
}

function completedSeqOf({ builder }: Script): number {
  const last = builder.envelopes.findLast(
    ({ kind, event }) => kind === 'control' && event.type === 'run.ended' && raisesUnread(event.outcome.type),
  )
  return last?.seq ?? 0
}
