/** The state of a thread by shape and word; colour only repeats it. Nothing for an idle one. */
import type { ThreadInfo } from '@holdfast/core'
import { Icon, type IconName } from '../design/icon.tsx'
import { muteWords } from './mute.ts'
import { ordinal } from './ordinal.ts'
import { type Stand, standOf } from './stand.ts'

/** `stopping` is known only to this device: its cancel is being sent. */
export type ShownStatus = Exclude<Stand, 'finished' | 'failed-seen'> | 'stopping'

const MARKS: Record<Exclude<ShownStatus, 'idle'>, { readonly icon: IconName; readonly word: string }> = {
  needs_you: { icon: 'question', word: 'Needs you' },
  working: { icon: 'working', word: 'Working' },
  stopping: { icon: 'stopped', word: 'Stopping…' },
  queued: { icon: 'queued', word: 'Queued' },
  paused: { icon: 'pause', word: 'Paused: needs you' },
  failed: { icon: 'alert', word: 'Failed' },
}

interface StatusMarkProps {
  readonly status: ShownStatus
  /** The place of a queued run, and the total. */
  readonly place?: { readonly position: number; readonly of: number } | undefined
  /** The icon says it; its word is for screen readers, and for the mouse that rests on it. */
  readonly small?: boolean
  /** Nothing asks for attention any more. */
  readonly seen?: boolean
}

export function StatusMark({ status, place, small = false, seen = false }: StatusMarkProps) {
  if (status === 'idle') return null
  const { icon, word } = MARKS[status]
  return (
    <span className="mark" data-status={seen ? undefined : status} title={small ? word : undefined}>
      <Icon name={icon} turning={status === 'working'} />
      {small ? <span className="said">{word}</span> : withPlace(word, place)}
    </span>
  )
}

function withPlace(word: string, place: StatusMarkProps['place']): string {
  return place ? `${word}, ${ordinal(place.position)} of ${place.of}` : word
}

interface ThreadMarkProps {
  readonly thread: Pick<ThreadInfo, 'status' | 'paused' | 'unread'>
  /** It is on screen. */
  readonly open?: boolean
  readonly stopping?: boolean
}

/** Of a thread in a list: a word only for what needs a person, and for a failure that was not seen. */
export function ThreadMark({ thread, open = false, stopping = false }: ThreadMarkProps) {
  if (stopping) return <StatusMark status="stopping" small />
  const stand = standOf(thread, open)
  switch (stand) {
    case 'needs_you':
      return <StatusMark status="needs_you" />
    case 'paused':
      return thread.status === 'failed' ? (
        <FailedAndPaused seen={open || !thread.unread} />
      ) : (
        <StatusMark status="paused" />
      )
    case 'working':
    case 'queued':
      return <StatusMark status={stand} small />
    case 'failed':
      return <StatusMark status="failed" />
    case 'failed-seen':
      return <StatusMark status="failed" small seen />
    case 'finished':
    case 'idle':
      return null
  }
}

/** Nothing of it rings. */
export function MutedMark({ until }: { readonly until: string | undefined }) {
  return (
    <span className="mark" title={muteWords(until, Date.now())}>
      <Icon name="muted" />
      <span className="said">Muted</span>
    </span>
  )
}

/** Neither hides the other. */
function FailedAndPaused({ seen }: { readonly seen: boolean }) {
  return (
    <>
      <StatusMark status="failed" small={seen} seen={seen} />
      <span className="mark" data-status="paused">
        <Icon name="pause" />
        Paused
      </span>
    </>
  )
}
