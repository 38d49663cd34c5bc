/**
 * What every bus keeps, as a suite that an adapter runs against itself. A bus may lose and repeat notices, so whoever
 * asks it to be heard says it again until it is.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Notice } from '../store/port.ts'
import type { Bus } from './port.ts'

export interface BusHarness {
  readonly bus: Bus
  /** Another process's end of the same bus: of an adapter that has `severalProcesses`. */
  readonly other?: Bus
  /** What listeners threw, as the adapter reports it. */
  readonly errors: readonly unknown[]
  close(): Promise<void>
}

/** `severalProcesses`: the adapter carries what is said from one process to another, and its harness has both ends. */
export function busContract(
  name: string,
  makeHarness: () => BusHarness | Promise<BusHarness>,
  { severalProcesses = false } = {},
): void {
  const queued = (runId: string): Notice => ({ type: 'run.queued', key: { roomId: 'r', threadId: 't' }, runId })

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

    it('tells every listener, whatever another one throws', async () => {
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

    it('tells nobody who has left, and leaving twice is harmless', async () => {
      const left = vi.fn()
      const stays = vi.fn()
      const leave = harness.bus.subscribe(left)
      harness.bus.subscribe(stays)
      leave()
      leave()
      await heard(stays, queued('a'))
      expect(left).not.toHaveBeenCalled()
    })

    it('lets the same function listen twice and leave once', async () => {
      const listener = vi.fn()
      const leave = harness.bus.subscribe(listener)
      harness.bus.subscribe(listener)
      leave()
      await heard(listener, queued('a'))
    })

    it('lets a listener leave while it is being told', async () => {
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
      if (!other) throw new Error('The harness has no other process: what it says of itself is not so.')
      const listener = vi.fn()
      other.subscribe(listener)
      await heard(listener, queued('a'))
    })
  })
}
