/** A source that reads through any weather, over a scripted server, on a manual clock. */
import { type Envelope, type InboxFrame, keyString, type ThreadKey } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { createScriptedTransport } from '../../testing/scripted-transport.ts'
import type { Delivery } from '../../transport/port.ts'
import type { Places } from '../flow.ts'
import { createFlowingSource } from '../flowing.ts'
import { settled } from './read-through.ts'
import { createWeather } from './weather.ts'

export function setUp(places?: Places) {
  const script = createScriptedTransport()
  const clock = createManualClock()
  const weather = createWeather(script, clock)
  const source = createFlowingSource({ source: weather.source, clock, places })

  /** The feed, of these threads and the inbox, from the beginning. */
  function follow(threads: readonly (ThreadKey & { after: number })[], inbox = '0') {
    const seen: Envelope[] = []
    const positions = new Map(threads.map((thread) => [keyString(thread), thread]))
    const entries: InboxFrame[] = []
    const notes: string[] = []
    const stop = new AbortController()
    const reading = { seen, entries, notes, stop, ended: undefined as unknown, delivery: 'streams' as Delivery }
    void source
      .openFeed(
        () => ({ inbox, threads: [...positions.values()] }),
        {
          onOpen: () => void notes.push('open'),
          onDelivery(delivery) {
            reading.delivery = delivery
          },
          onEnvelopes(key, batch) {
            seen.push(...batch)
            positions.set(keyString(key), { ...key, after: batch.at(-1)?.seq ?? 0 })
          },
          onCaughtUp: ({ roomId }) => void notes.push(`caught-up ${roomId}`),
          onResync({ roomId, threadId, reason }) {
            positions.delete(keyString({ roomId, threadId }))
            notes.push(`${reason} ${roomId}`)
          },
          onInbox: (batch) => void entries.push(...batch),
          onBytes() {},
          onDropped: (reason) => void notes.push(reason),
        },
        stop.signal,
      )
      .then(
        () => {
          reading.ended = 'ended'
        },
        (error: unknown) => {
          reading.ended = error
        },
      )
    return reading
  }

  /** Time in small steps, so that what hangs on promises comes in between. */
  async function pass(ms: number): Promise<void> {
    await settled()
    for (let left = ms; left > 0; left -= 200) {
      clock.advance(Math.min(200, left))
      await settled()
    }
  }
  return { script, clock, weather, source, follow, pass }
}

/** Whether there is a connection left for a stream, as the test says. */
export function createPlaces(free: boolean) {
  const listeners = new Set<() => void>()
  return {
    free,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    turn(next: boolean) {
      this.free = next
      for (const listener of [...listeners]) listener()
    },
    listeners,
  }
}
