/** What is said of a request that cannot arrive now and is kept on the device: it does not pretend to be on its way. */
import type { Activity } from '@holdfast/client'
import { type Connection, hasTrouble } from '../frame/connection.ts'

/** Undefined while it is on its way, or nothing is. */
export function waitingWords(activity: Activity['type'], connection: Connection): string | undefined {
  if (!hasTrouble(connection) || (activity !== 'starting' && activity !== 'cancelling')) return undefined
  const when = connection.type === 'signed-out' ? 'once you sign in' : 'when the server is back'
  return activity === 'starting' ? `Will be sent ${when}` : `Will be stopped ${when}`
}
