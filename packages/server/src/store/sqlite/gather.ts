/**
 * Gathers calls into batches on their way to the worker: the first call after a quiet time goes at once, at the end of
 * the event loop's turn; after that at most one batch every few milliseconds, or when one has grown large.
 *
 * Invariant: what was asked first is first in its batch, and batches keep their order.
 */
import type { Lease } from '../port.ts'
import { type AppendColumns, type Batch, type Call, emptyAppends } from './messages.ts'

export interface Gather {
  call(call: Call): void
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
  let sentAt = Number.NEGATIVE_INFINITY
  let waiting: NodeJS.Timeout | NodeJS.Immediate | undefined

  function send(close?: true): void {
    stopWaiting()
    const batch: Batch = { calls, appends, ...(close && { close }) }
    calls = []
    appends = emptyAppends()
    sentAt = performance.now()
    post(batch)
  }

  function sendSoon(): void {
    if (appends.text.length >= maxUnits) {
      send()
      return
    }
    if (waiting !== undefined) return
    const quiet = performance.now() - sentAt
    waiting = quiet >= windowMs ? setImmediate(send) : setTimeout(send, Math.ceil(windowMs - quiet))
  }

  function stopWaiting(): void {
    clearImmediate(waiting as NodeJS.Immediate)
    clearTimeout(waiting as NodeJS.Timeout)
    waiting = undefined
  }

  return {
    call(call) {
      calls.push(call)
      sendSoon()
    },
    append(id, { roomId, threadId, runId, epoch }, events) {
      appends.ids.push(id)
      appends.behind.push(calls.length)
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
    close: () => send(true),
  }
}
