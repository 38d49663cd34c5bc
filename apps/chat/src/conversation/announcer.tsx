/** Announces changes of a run's state to screen readers: politely, in words, without tokens. */
import type { Activity } from '@holdfast/client'
import type { Connection } from '../frame/connection.ts'
import { waitingWords } from './waiting-words.ts'

interface AnnouncerProps {
  readonly activity: Activity
  /** Whether the run is accepted and has not started. */
  readonly waits: boolean
  readonly connection: Connection
}

export function Announcer({ activity, waits, connection }: AnnouncerProps) {
  const queued = waits && activity.type === 'active'
  return (
    <p className="said" role="status">
      {queued ? 'Queued' : (waitingWords(activity.type, connection) ?? wordsOf(activity))}
    </p>
  )
}

function wordsOf(activity: Activity): string {
  switch (activity.type) {
    case 'starting':
    case 'active':
      return 'Working'
    case 'cancelling':
      return 'Stopping'
    case 'idle':
      break
  }
  const outcome = activity.last?.outcome
  switch (outcome?.type) {
    case undefined:
      return ''
    case 'succeeded':
      return 'Answer complete'
    case 'failed':
      return `Failed. ${outcome.message}`
    case 'cancelled':
    case 'superseded':
      return 'Stopped'
    case 'interrupted':
      return ['Needs you.', ...outcome.interrupts.map(({ message, reason }) => message ?? reason)].join(' ')
  }
}
