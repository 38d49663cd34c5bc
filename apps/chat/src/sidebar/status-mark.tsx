/** The state of a thread by shape and word; colour only repeats it. Nothing for an idle one. */
import type { ThreadStatus } from '@holdfast/core'
import { Icon, type IconName } from '../design/icon.tsx'
import { ordinal } from './ordinal.ts'

/** `stopping` is this device's own: its cancel is on its way. */
export type ShownStatus = ThreadStatus | 'stopping'

const MARKS: Record<Exclude<ShownStatus, 'idle'>, { readonly icon: IconName; readonly word: string }> = {
  needs_you: { icon: 'question', word: 'Needs you' },
  working: { icon: 'working', word: 'Working' },
  stopping: { icon: 'stopped', word: 'Stopping…' },
  queued: { icon: 'queued', word: 'Queued' },
  failed: { icon: 'alert', word: 'Failed' },
}

interface StatusMarkProps {
  readonly status: ShownStatus
  /** Of what is queued: where, and among how many. */
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
