/**
 * A person's changes to the queue: each is requested from the registry, and a failure is shown.
 *
 * Owns: which message is being edited, and the pause that holds the queue meanwhile (S001-72). Does not know: the
 * markup.
 *
 * Invariant: leaving ends the edit. Its text goes into the message box, and no queue stays paused for an abandoned
 * edit.
 */
import { problemOf, type ThreadQueue, TransportError } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { keyString } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useEffect, useEffectEvent, useState } from 'react'
import { useDrafts } from '../composer/use-drafts.ts'
import { troubleAbout } from '../frame/toasts.ts'
import { whyOf } from '../frame/why.ts'

interface Editing {
  readonly runId: string
  readonly text: string
  /** Its text when the edit began. */
  readonly before: string
  /** Whether the queue is paused for it alone. */
  readonly holds: boolean
}

const NOT_QUEUED = 'It’s no longer queued.'

export interface QueueHand {
  readonly editing: Editing | undefined
  readonly trouble: string | undefined
  forgive(): void
  edit(runId: string, text: string): void
  write(text: string): void
  save(): void
  leave(): void
  /** To this place, from 0. */
  move(runId: string, to: number): void
  sendNow(runId: string): void
  remove(runIds: readonly string[]): void
  pause(paused: boolean): void
}

export function useQueue(key: ThreadKey, { items, paused }: ThreadQueue): QueueHand {
  const registry = useRegistry()
  const drafts = useDrafts()
  const [editing, setEditing] = useState<Editing>()
  const [trouble, setTrouble] = useState<string>()
  const place = keyString(key)
  const gone = editing && !items.some(({ runId }) => runId === editing.runId) ? editing : undefined

  function attempt(asked: Promise<void>, what: string): Promise<boolean> {
    setTrouble(undefined)
    return asked.then(
      () => true,
      (cause: unknown) => {
        setTrouble(`${what} ${whyNot(cause)}`)
        return false
      },
    )
  }
  function end(): void {
    if (editing?.holds) void attempt(registry.resumeQueue(key), 'Couldn’t resume the queue.')
    setEditing(undefined)
  }

  /** The queue continues unchanged; the edited text is kept. */
  function putAside(): void {
    if (editing && editing.text !== editing.before) drafts.giveBack(place, editing.text)
  }
  const goAway = useEffectEvent(() => {
    putAside()
    if (editing?.holds) registry.resumeQueue(key).catch(troubleUnlessGone)
  })
  useEffect(() => {
    const onPageHide = () => {
      goAway()
      // A page in the back-forward cache may be shown again.
      setEditing(undefined)
    }
    window.addEventListener('pagehide', onPageHide)
    return () => {
      window.removeEventListener('pagehide', onPageHide)
      goAway()
    }
  }, [])

  // The message was sent or removed while it was being edited.
  useEffect(() => {
    if (!gone) return
    const written = gone.text !== gone.before
    if (written) drafts.giveBackOnce(place, `edit of ${gone.runId}`, gone.text)
    setEditing(undefined)
    setTrouble(`${NOT_QUEUED}${written ? ' Your text is in the message box.' : ''}`)
    if (gone.holds) registry.resumeQueue(key).catch(() => {})
  }, [gone, drafts, place, registry, key])

  return {
    editing,
    trouble,
    forgive: () => setTrouble(undefined),
    edit(runId, text) {
      putAside()
      const holds = editing?.holds ?? !paused
      setEditing({ runId, text, before: text, holds })
      if (!paused) void attempt(registry.pauseQueue(key), 'Couldn’t pause the queue.')
    },
    write: (text) => setEditing((now) => now && { ...now, text }),
    save() {
      if (!editing) return
      const { runId } = editing
      const text = editing.text.trim()
      if (text === '') return
      void attempt(registry.editQueued(key, runId, text), 'Couldn’t save. Your text is in the message box.').then(
        // However often it fails: words that could not be used are not lost.
        (done) => done || drafts.giveBack(place, text),
      )
      end()
    },
    leave: end,
    move(runId, to) {
      const order = items.map((item) => item.runId)
      const from = order.indexOf(runId)
      if (from < 0 || from === to || to < 0 || to >= order.length) return
      order.splice(to, 0, ...order.splice(from, 1))
      void attempt(registry.reorderQueue(key, order), 'Couldn’t move it.')
    },
    sendNow: (runId) => void attempt(registry.sendNow(key, runId), 'Couldn’t send it now.'),
    remove(runIds) {
      for (const runId of runIds) void attempt(registry.cancel({ key, runId }), 'Couldn’t remove it.')
    },
    pause: (wanted) =>
      void attempt(wanted ? registry.pauseQueue(key) : registry.resumeQueue(key), 'Couldn’t change the queue.'),
  }
}

/** Nothing is queued in a deleted thread. */
function troubleUnlessGone(cause: unknown): void {
  const code = cause instanceof TransportError ? problemOf(cause)?.code : undefined
  if (code !== 'deleted' && code !== 'not_found') troubleAbout('A queue you were editing is still paused.')(cause)
}

function whyNot(cause: unknown): string {
  if (cause instanceof TransportError && problemOf(cause)?.code === 'not_queued') return NOT_QUEUED
  return whyOf(cause)
}
