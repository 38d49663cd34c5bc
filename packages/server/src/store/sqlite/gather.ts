/**
 * Gathers calls into batches on their way to the worker. Writes: the first after a quiet time goes at once, at the end of
 * the event loop's turn; after that at most one batch every few milliseconds, or when one has grown large. Readings gain
 * nothing from waiting for each other, since no commit is saved: they go at the end of their turn.
 *
 * Invariant: what was asked first is first in its batch, and batches keep their order. A reading may overtake a write
 * that has not been answered, never one that has.
 */
import type { Lease } from '../port.ts'
import { type AppendColumns, type Batch, type Call, emptyAppends } from './messages.ts'

export interface Gather {
  call(call: Call): void
  read(call: Call): void
  append(id: number, lease: Lease, events: readonly string[]): void
  /** Sends what has gathered, as the last batch. */
  close(): void
}

export interface GatherOptions {
  readonly windowMs: number
  /** UTF-16 units of appended JSON. */
  readonly maxUnits: number
  readonly post: (batch: Batch) => void
}

export function createGather({ windowMs, maxUnits, post }: GatherOptions): Gather {
  let calls: Call[] = []
  let appends: AppendColumns = emptyAppends()
  let readings: Call[] = []
  let reading: NodeJS.Immediate | undefined
  let sentAt = Number.NEGATIVE_INFINITY
  /** Ends the wait for the next batch, while there is one. */
  let stopWaiting: (() => void) | undefined

  function send(close?: true): void {
    stopWaiting?.()
    stopWaiting = undefined
    const batch: Batch = { calls, appends, ...(close && { close }) }
    calls = []
    appends = emptyAppends()
    sentAt = performance.now()
    post(batch)
  }

  function sendReadings(): void {
    clearImmediate(reading)
    reading = undefined
    if (readings.length === 0) return
    const batch: Batch = { calls: readings, appends: emptyAppends() }
    readings = []
    post(batch)
  }

  function sendSoon(): void {
    if (appends.text.length >= maxUnits) {
      send()
      return
    }
    if (stopWaiting) return
    const quiet = performance.now() - sentAt
    if (quiet >= windowMs) {
      const immediate = setImmediate(send)
      stopWaiting = () => clearImmediate(immediate)
    } else {
      const timer = setTimeout(send, Math.ceil(windowMs - quiet))
      stopWaiting = () => clearTimeout(timer)
    }
  }

  return {
    call(call) {
      calls.push(call)
      sendSoon()
    },
    read(call) {
      readings.push(call)
      reading ??= setImmediate(sendReadings)
    },
    append(id, { tenantId, roomId, threadId, runId, epoch }, events) {
      appends.ids.push(id)
      appends.behind.push(calls.length)
      appends.tenants.push(tenantId)
      appends.rooms.push(roomId)
      appends.threads.push(threadId)
      appends.runs.push(runId)
      appends.epochs.push(epoch)
      appends.counts.push(events.length)
      for (const event of events) {
        appends.lengths.push(event.length)
        appends.text += event
      }
      sendSoon()
    },
    close() {
      sendReadings()
      send(true)
    },
  }
}
