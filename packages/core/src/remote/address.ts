/** How a foreign agent is told which thread a run is of, and where beside its runs it is asked to stop one. */
import { type Event, EventType } from '@ag-ui/core'

/** `/agent/{id}/run` has `/agent/{id}/stop/{threadId}` beside it; any other path has it below. */
export function stopPath(pathname: string): string {
  return `${pathname.replace(/(?<!\/)\/+$/, '').replace(/\/run$/, '')}/stop/{threadId}`
}

/** The agent names the thread by the threadId that was sent to it. */
export function inOurWords(event: Event, told: string, threadId: string): Event {
  if (event?.type !== EventType.RUN_STARTED && event?.type !== EventType.RUN_FINISHED) return event
  return event.threadId === told ? { ...event, threadId } : event
}
