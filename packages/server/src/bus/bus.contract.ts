/**
 * The contract of a bus, as a suite that every adapter runs. A bus may lose and repeat notices, so the suite repeats a
 * notice until it arrives.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Notice } from '../store/port.ts'
import type { Bus } from './port.ts'

export interface BusHarness {
  readonly bus: Bus
  /** Another process's end of the same bus, for an adapter that has `severalProcesses`. */
  readonly other?: Bus
  /** What listeners threw, as reported by the adapter. */
  readonly errors: readonly unknown[]
  close(): Promise<void>
}

/** `severalProcesses`: the adapter carries notices between processes, and its harness has both ends. */
export function busContract(
  name: string,
  makeHarness: () => BusHarness | Promise<BusHarness>,
  { severalProcesses = false } = {},
): void {
  const key = { tenantId: 'acme', roomId: 'r', threadId: 't' }
  const queued = (runId: string): Notice => ({ type: 'run.queued', key, runId })

  describe(`${name} keeps the contract of a bus`, () => {
    let harness: BusHarness
    beforeEach(async () => {
      harness = await makeHarness()
    })
    afterEach(() => harness.close())

    async function heard(listener: { mock: { calls: unknown[][] } }, notice: Notice, by: Bus = harness.bus) {
      await vi.waitFor(() => {
        by.publish(notice)
        expect(listener.mock.calls).toContainEqual([notice])
      })
    }

    it('calls every listener, even if another one throws', async () => {
      const error = new Error('a listener broke')
      const before = vi.fn()
      const after = vi.fn()
      harness.bus.subscribe(before)
      harness.bus.subscribe(() => {
        throw error
      })
      harness.bus.subscribe(after)
      await heard(before, queued('a'))
      await heard(after, queued('a'))
      expect(harness.errors).toContain(error)
    })

    it('calls no listener that has unsubscribed, and unsubscribing twice is harmless', async () => {
      const left = vi.fn()
      const stays = vi.fn()
      const leave = harness.bus.subscribe(left)
      harness.bus.subscribe(stays)
      leave()
      leave()
      await heard(stays, queued('a'))
      expect(left).not.toHaveBeenCalled()
    })

    it('lets the same function subscribe twice and unsubscribe once', async () => {
      const listener = vi.fn()
      const leave = harness.bus.subscribe(listener)
      harness.bus.subscribe(listener)
      leave()
      await heard(listener, queued('a'))
    })

    it('lets a listener unsubscribe during its own call', async () => {
      const seen: Notice[] = []
      const leave = harness.bus.subscribe((notice) => {
        seen.push(notice)
        leave()
      })
      const stays = vi.fn()
      harness.bus.subscribe(stays)
      await heard(stays, queued('a'))
      await heard(stays, queued('b'))
      expect(seen).toHaveLength(1)
    })

    if (!severalProcesses) return

    it('carries a notice to every process', async () => {
      const { other } = harness
      if (!other) throw new Error('The harness claims several processes but has no other one.')
      const listener = vi.fn()
      other.subscribe(listener)
      await heard(listener, queued('a'))
    })
  })
}
