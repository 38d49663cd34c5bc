/** What goes on in a thread whose last line does not say it: one line below the conversation. */
import type { Activity } from '@holdfast/client'
import { Icon } from '../design/icon.tsx'
import type { Connection } from '../frame/connection.ts'
import { StatusMark } from '../sidebar/status-mark.tsx'
import type { Place } from './use-place.ts'
import { waitingWords } from './waiting-words.ts'

type Busy = Exclude<Activity['type'], 'idle'>

interface GoingOnProps {
  readonly activity: Busy
  readonly connection: Connection
  /** Of a run that is accepted and has not started. */
  readonly place: Place | undefined
}

export function GoingOn({ activity, connection, place }: GoingOnProps) {
  if (place && activity === 'active') return <StatusMark status="queued" place={place} />
  const waits = waitingWords(activity, connection)
  return (
    <span className="mark" data-status={waits ? 'queued' : 'working'}>
      <Icon name={waits ? 'queued' : 'working'} turning={!waits} />
      {waits ?? GOING_ON[activity]}
    </span>
  )
}

const GOING_ON: Record<Busy, string> = { starting: 'Sending…', active: 'Working…', cancelling: 'Stopping…' }
