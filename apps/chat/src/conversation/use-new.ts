/**
 * What is new to a person who comes to a thread: what was written after their read mark. It stays marked for as long as
 * they stay, and not for the next time.
 *
 * Owns: when a person has come, and what was new then. Does not know: who moves the read mark (`client/attention`), how
 * the line above it looks.
 *
 * What is written before a person's eyes is not new to them.
 */
import type { RunRegistry, ThreadState } from '@holdfast/client'
import { type LogPage, type ReadMarks, sameKey, type ThreadKey } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useEffect, useRef, useState } from 'react'

const NOTHING: ReadonlySet<string> = new Set()
/** The first of what is new begins within so many records after the mark. */
const RECORDS = 200

/** The ids of messages and calls. */
export function useNew({ key, connection }: Pick<ThreadState, 'key' | 'connection'>): ReadonlySet<string> {
  const registry = useRegistry()
  // Read with the first rendering: as soon as the thread is on screen, its mark moves.
  const [from, setFrom] = useState(() => unreadFrom(registry.marks.of(key)))
  const [fresh, setFresh] = useState(NOTHING)
  const isLive = useRef(false)
  const { roomId, threadId } = key
  useEffect(() => {
    isLive.current = connection.type === 'live'
  }, [connection.type])

  useEffect(
    () =>
      registry.marks.subscribe((change) => {
        const isSeen = isLive.current && document.hasFocus() && !document.hidden
        if (!change.unread || isSeen || !sameKey(change, { roomId, threadId })) return
        setFrom(unreadFrom(registry.marks.of({ roomId, threadId })))
      }),
    [registry, roomId, threadId],
  )

  useEffect(() => {
    if (from === undefined) return
    let outdated = false
    void newAfter(from, { roomId, threadId }, registry.ask).then((ids) => {
      if (ids && !outdated) setFresh(ids)
    })
    return () => {
      outdated = true
    }
  }, [registry, roomId, threadId, from])
  return fresh
}

/** Undefined where nothing was written that is unread, as after a mark by hand. */
function unreadFrom(marks: ReadMarks | undefined): number | undefined {
  return marks && marks.completedSeq > marks.readSeq ? marks.readSeq : undefined
}

/** Undefined without an answer: the conversation is shown without the line. */
async function newAfter(
  after: number,
  key: ThreadKey,
  ask: RunRegistry['ask'],
): Promise<ReadonlySet<string> | undefined> {
  try {
    return idsIn(await ask('log', [key, { after, limit: RECORDS }]))
  } catch {
    return undefined
  }
}

/** What an agent wrote there. Questions are mostly the reader's own. */
function idsIn({ envelopes }: Pick<LogPage, 'envelopes'>): ReadonlySet<string> {
  const ids = envelopes.flatMap(({ kind, event }) => {
    if (kind !== 'agui') return []
    const { messageId, toolCallId } = event as { readonly messageId?: unknown; readonly toolCallId?: unknown }
    return [messageId, toolCallId].filter((id) => typeof id === 'string')
  })
  return new Set(ids)
}
