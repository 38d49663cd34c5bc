/**
 * Gathers calls into batches on their way to the worker. Writes: the first one after a quiet time is sent at the end of
 * the event loop's turn. After that, at most one batch is sent every few milliseconds, or when one has grown large.
 * Reads are sent at the end of their turn: waiting would save no commit.
 *
 * Invariant: calls keep their order within a batch, and batches keep theirs. A read may overtake a write that is not
 * yet answered, never one that is.
 */
import type { Lease } from '../port.ts'
import { type AppendColumns, type Batch, type Call, emptyAppends } from './messages.ts'

export interface Gather {
  call(call: Call): void
  read(call: Call): void
  append(id: number, lease: Lease, events: readonly string[]): void
  /** Sends the gathered calls as the last batch. */
  close(): void
}

export interface GatherOptions {
  readonly windowMs: number
  /** In UTF-16 units of appended JSON. */
  readonly maxUnits: number
  readonly post: (batch: Batch) => void
}

export function createGather({ windowMs, maxUnits, post }: GatherOptions): Gather {
  let calls: Call[] = []
  let appends: AppendColumns = emptyAppends()
  let readings: Call[] = []
  let reading: NodeJS.Immediate | undefined
  let sentAt = Number.NEGATIVE_INFINITY
  /** Ends the wait for the next batch, if there is one. */
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
