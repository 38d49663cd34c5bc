/** Makes log records: the one place where control events become JSON. */
import type { Event } from '@ag-ui/core'
import type { ControlEvent } from '@holdfast/core'
import type { LogRecord } from './facts.ts'

/** Without `runId`, the record belongs to the thread itself. */
export function controlRecord(runId: string | undefined, event: ControlEvent): LogRecord {
  return { kind: 'control', ...(runId !== undefined && { runId }), json: JSON.stringify(event) }
}

export function aguiRecord(runId: string, event: Event): LogRecord {
  return aguiJson(runId, JSON.stringify(event))
}

/** `json` was made by core's recorder, where the event was emitted; exactly these bytes go into the log. */
export function aguiJson(runId: string, json: string): LogRecord {
  return { kind: 'agui', runId, json }
}
