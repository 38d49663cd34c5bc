/** Checks a run with the stock AG-UI client's schemas and its verifier of the order of events. */
import { verifyEvents } from '@ag-ui/client'
import type { BaseEvent } from '@ag-ui/core'
import { EventSchema } from '@ag-ui/core/schemas'
import { from, lastValueFrom, toArray } from 'rxjs'

/** The stock client's error for these events as one whole run; undefined if it accepts them. */
export async function complaintOf(events: readonly unknown[]): Promise<string | undefined> {
  for (const event of events) {
    const { error } = EventSchema.safeParse(event)
    if (error) return `${JSON.stringify(event).slice(0, 200)}: ${error.message}`
  }
  const types = events.map((event) => (event as BaseEvent).type as string)
  if (types[0] !== 'RUN_STARTED') return `It begins with ${types[0]}.`
  const ends = types.filter((type) => type === 'RUN_FINISHED' || type === 'RUN_ERROR').length
  if (ends !== 1) return `It ends ${ends} times.`
  // The verifier allows open items before RUN_ERROR. Our runs must close them.
  const { threadId, runId } = events[0] as { threadId: string; runId: string }
  const success = { type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success' } }
  return (await refusal(events)) ?? (await refusal([...events.slice(0, -1), success]))
}

async function refusal(events: readonly unknown[]): Promise<string | undefined> {
  try {
    await lastValueFrom(from(events as BaseEvent[]).pipe(verifyEvents(), toArray()))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
