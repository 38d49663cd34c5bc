export { hostileEvent } from './hostile-event.ts'
export { legalLog } from './legal-log.ts'
export { createLogBuilder, type EventJson, type LogBuilder, TEST_KEY } from './log-builder.ts'
export { createManualClock, type ManualClock } from './manual-clock.ts'
