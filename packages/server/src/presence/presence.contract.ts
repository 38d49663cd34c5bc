/**
 * The contract of a presence, as a suite that every adapter runs. A report may be lost or late, so the suite repeats it
 * until it is known.
 */
import type { Attention, PresenceBody, ThreadKey } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Principal } from '../store/principal.ts'
import { threadOf } from '../store/tenant-thread.ts'
import { PRESENCE_LEASE_MS, type Presence } from './port.ts'

export interface PresenceHarness {
  readonly presence: Presence
  /** Another process's end of the same presence, for an adapter that has `severalProcesses`. */
  readonly other?: Presence
  /** Lets time pass for the adapter and for wherever it keeps its leases. */
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

const ANNA: Principal = { tenantId: 't', personId: 'anna' }
/** Of another tenant, with the same name. */
const ELSEWHERE: Principal = { tenantId: 'u', personId: 'anna' }
const BERTA: Principal = { tenantId: 't', personId: 'berta' }
const A: ThreadKey = { roomId: 'r', threadId: 'a' }
const B: ThreadKey = { roomId: 'r', threadId: 'b' }

/** `severalProcesses`: the adapter carries reports between processes, and its harness has both ends. */
export function presenceContract(
  name: string,
  makeHarness: () => PresenceHarness | Promise<PresenceHarness>,
  { severalProcesses = false } = {},
): void {
  describe(`${name} keeps the contract of a presence`, () => {
    let harness: PresenceHarness
    beforeEach(async () => {
      harness = await makeHarness()
    })
    afterEach(() => harness.close())

    /** Repeats the report until the thread has this attention. */
    async function known(
      said: PresenceBody,
      key: ThreadKey,
      attention: Attention,
      { by = ANNA, at = harness.presence }: { readonly by?: Principal; readonly at?: Presence } = {},
    ) {
      await vi.waitFor(() => {
        harness.presence.report(by, said)
        expect(at.attention(threadOf(by, key))).toBe(attention)
      })
    }

    it('does not know threads that no device shows, nor a thread whose joined ids equal another’s', async () => {
      expect(harness.presence.attention(threadOf(ANNA, A))).toBe('none')
      await known({ deviceId: 'd', state: 'focused', thread: A }, A, 'focused')
      expect(harness.presence.attention(threadOf(ANNA, B))).toBe('none')
      expect(harness.presence.attention({ tenantId: 't', roomId: 'r2', threadId: 'a' })).toBe('none')
    })

    it('keeps the last report of each device', async () => {
      await known({ deviceId: 'd', state: 'focused', thread: A }, A, 'focused')
      await known({ deviceId: 'd', state: 'visible', thread: A }, A, 'visible')
      await known({ deviceId: 'd', state: 'visible', thread: B }, B, 'visible')
      expect(harness.presence.attention(threadOf(ANNA, A))).toBe('none')
      await known({ deviceId: 'd', state: 'hidden' }, B, 'none')
      await known({ deviceId: 'd', state: 'hidden', thread: B }, B, 'none')
    })

    it('gives a thread the highest attention of any person and device', async () => {
      await known({ deviceId: 'd1', state: 'visible', thread: A }, A, 'visible')
      await known({ deviceId: 'd2', state: 'focused', thread: A }, A, 'focused', { by: BERTA })
      await known({ deviceId: 'd2', state: 'hidden' }, A, 'visible', { by: BERTA })
      await known({ deviceId: 'd1', state: 'hidden' }, A, 'none')
    })

    it('separates the devices of two persons, even with equal ids', async () => {
      await known({ deviceId: 'd', state: 'focused', thread: A }, A, 'focused')
      await known({ deviceId: 'd', state: 'visible', thread: B }, B, 'visible', { by: BERTA })
      expect(harness.presence.attention(threadOf(ANNA, A))).toBe('focused')
      await known({ deviceId: 'd', state: 'hidden' }, B, 'none', { by: BERTA })
      expect(harness.presence.attention(threadOf(ANNA, A))).toBe('focused')
    })

    it('keeps apart threads of two tenants that have the same ids', async () => {
      await known({ deviceId: 'd', state: 'focused', thread: A }, A, 'focused')
      expect(harness.presence.attention(threadOf(ELSEWHERE, A))).toBe('none')
      await known({ deviceId: 'd', state: 'visible', thread: A }, A, 'visible', { by: ELSEWHERE })
      expect(harness.presence.attention(threadOf(ANNA, A))).toBe('focused')
    })

    it('forgets reports that are not repeated in time, and keeps those that are', async () => {
      await known({ deviceId: 'd1', state: 'focused', thread: A }, A, 'focused')
      await known({ deviceId: 'd2', state: 'focused', thread: B }, B, 'focused')
      await harness.pass(PRESENCE_LEASE_MS - 1)
      expect(harness.presence.attention(threadOf(ANNA, A))).toBe('focused')
      await known({ deviceId: 'd2', state: 'focused', thread: B }, B, 'focused')
      await harness.pass(1)
      expect(harness.presence.attention(threadOf(ANNA, A))).toBe('none')
      expect(harness.presence.attention(threadOf(ANNA, B))).toBe('focused')
    })

    it('counts the windows of a person, hidden ones and those without a thread too, until their lease ends', async () => {
      const { presence } = harness
      const report = (deviceId: string, more: Partial<PresenceBody> = {}) =>
        presence.report(ANNA, { deviceId, state: 'hidden', ...more })
      const windows = (of: Principal, count: number) =>
        vi.waitFor(() => {
          report('d1')
          report('d2', { state: 'visible' })
          report('d3', { state: 'focused', thread: A })
          expect(presence.windows(of)).toBe(count)
        })
      expect(presence.windows(ANNA)).toBe(0)
      await windows(ANNA, 3)
      expect([BERTA, ELSEWHERE].map((other) => presence.windows(other))).toEqual([0, 0])
      expect(presence.attention(threadOf(ANNA, B))).toBe('none')
      await harness.pass(PRESENCE_LEASE_MS)
      expect(presence.windows(ANNA)).toBe(0)
    })

    it('names the people who have a thread in a focused window, each once, until the lease ends', async () => {
      const { presence } = harness
      await known({ deviceId: 'd1', state: 'focused', thread: A }, A, 'focused')
      await known({ deviceId: 'd2', state: 'focused', thread: A }, A, 'focused')
      await known({ deviceId: 'd3', state: 'visible', thread: A }, A, 'focused', { by: BERTA })
      await known({ deviceId: 'd4', state: 'focused', thread: A }, A, 'focused', { by: ELSEWHERE })
      expect(presence.attending(threadOf(ANNA, A))).toEqual(['anna'])
      expect(presence.attending(threadOf(ANNA, B))).toEqual([])
      await harness.pass(PRESENCE_LEASE_MS)
      expect(presence.attending(threadOf(ANNA, A))).toEqual([])
    })

    if (!severalProcesses) return

    it('is known to every process', async () => {
      const { other } = harness
      if (!other) throw new Error('The harness claims several processes but has no other one.')
      await known({ deviceId: 'd', state: 'focused', thread: A }, A, 'focused', { at: other })
    })
  })
}
