/** The shared worker: it has the connection of every tab of this browser profile that runs the same build. */
import { browserEnvironment } from '@holdfast/client'
import { browserLocks, eachConnection, serveTabs } from '@holdfast/client/tabs'
import { connect } from './connect.ts'

serveTabs({
  transport: connect(browserEnvironment().clock, 'shared'),
  locks: browserLocks(navigator.locks),
  eachConnection,
})
