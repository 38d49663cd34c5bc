/** The state of a thread by shape and word; colour only repeats it. Nothing for an idle one. */
import type { ThreadInfo, ThreadStatus } from '@holdfast/core'
import { Icon, type IconName } from '../design/icon.tsx'
import { ordinal } from './ordinal.ts'

/**
 * `stopping` is known only to this device: its cancel is being sent. `paused`: the queue starts when a person resumes
 * it.
 */
export type ShownStatus = ThreadStatus | 'stopping' | 'paused'

const MARKS: Record<Exclude<ShownStatus, 'idle'>, { readonly icon: IconName; readonly word: string }> = {
  needs_you: { icon: 'question', word: 'Needs you' },
  working: { icon: 'working', word: 'Working' },
  stopping: { icon: 'stopped', word: 'Stopping…' },
  queued: { icon: 'queued', word: 'Queued' },
  paused: { icon: 'pause', word: 'Paused: needs you' },
  failed: { icon: 'alert', word: 'Failed' },
}

/** Of a thread. A failure and the queue that it holds are both to be seen: neither hides the other. */
export function ThreadMark({ thread: { status, paused } }: { readonly thread: Pick<ThreadInfo, 'status' | 'paused'> }) {
  if (paused && status === 'needs_you') return <StatusMark status="paused" />
  if (!paused || status !== 'failed') return <StatusMark status={status} />
  return (
    <>
      <StatusMark status="failed" />
      <span className="mark" data-status="paused">
        <Icon name="pause" />
        Paused
      </span>
    </>
  )
}

interface StatusMarkProps {
  readonly status: ShownStatus
  /** The place of a queued run, and the total. */
  readonly place?: { readonly position: number; readonly of: number } | undefined
}

export function StatusMark({ status, place }: StatusMarkProps) {
  if (status === 'idle') return null
  const { icon, word } = MARKS[status]
  return (
    <span className="mark" data-status={status}>
      <Icon name={icon} turning={status === 'working'} />
      {place ? `${word}, ${ordinal(place.position)} of ${place.of}` : word}
    </span>
  )
}
