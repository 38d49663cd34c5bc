/** AG-UI as other people's agents speak it. Shared by the server's remote agent and the mode without a server. */
export { inOurWords, stopPath } from './address.ts'
export { type BusyLimits, busyEvent, isBusy, nextWait, saysBusy } from './busy.ts'
export { createEventReader, NO_EVENT, type ReadFault } from './event-reader.ts'
export { createHearing } from './hearing.ts'
export { toldOf } from './told.ts'
