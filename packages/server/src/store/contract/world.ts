/**
 * The vocabulary of the contract: a store with two rooms of one tenant and one of another, a few people, and short
 * functions for common steps. Does not know: which adapter it runs on.
 */
import type { Event, Message, UserMessage } from '@ag-ui/core'
import { EventType } from '@ag-ui/core'
import { type Envelope, envelopeJson, type Outcome, runTerminal, splitFrames, type ThreadKey } from '@holdfast/core'
import { expect } from 'vitest'
import type { Claim, Lease, Notice, RunEnd, Store } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { StartRequest } from '../run-record.ts'
import { type TenantThread, threadOf } from '../tenant-thread.ts'

export interface StoreHarness {
  readonly store: Store
  /** Advances the store's clock, which never moves by itself. */
  advance(ms: number): void
  /** Every published notice, in order. */
  readonly notices: readonly Notice[]
  /** Closes the store and opens the same data again. Omitted by an adapter without persistence. */
  reopen?(): Promise<Store>
  /** Closes the store and releases all its resources. */
  close(): Promise<void>
}

export const ALICE: Principal = { tenantId: 'acme', personId: 'alice' }
/** A person of Alice's tenant. */
export const BOB: Principal = { tenantId: 'acme', personId: 'bob' }
/** A person of another tenant. */
export const EVE: Principal = { tenantId: 'elsewhere', personId: 'eve' }

export const ROOM = { roomId: 'room-1', title: 'First room', agentId: 'demo' }
export const OTHER_ROOM = { roomId: 'room-2', title: 'Second room', agentId: 'demo' }
export const EVES_ROOM = { roomId: 'room-3', title: "Eve's room", agentId: 'demo' }

export const THREAD: ThreadKey = { roomId: ROOM.roomId, threadId: 'thread-1' }
/** The same thread with its tenant. */
export const ALICES_THREAD: TenantThread = threadOf(ALICE, THREAD)
/** The time of every world's clock at its beginning. */
export const START = Date.UTC(2026, 0, 1)
export const LEASE_MS = 15_000

export function said(id: string, content = `text of ${id}`): UserMessage {
  return { id, role: 'user', content }
}

/** A start with one new message, `<runId>-q`. */
export function asking(runId: string, more: Partial<StartRequest> = {}): StartRequest {
  const messages: Message[] = [said(`${runId}-q`)]
  return { runId, messages, agentId: 'demo', onBusy: 'reject', tools: [], context: [], ...more }
}

/** A complete text message of an agent, as the JSON of its events. */
export function saying(messageId: string, text: string): string[] {
  return json([...beginning(messageId, text), { type: EventType.TEXT_MESSAGE_END, messageId }])
}

/** The events of an agent's text message that is still being written. */
export function beginning(messageId: string, delta: string): Event[] {
  return [
    { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta },
  ]
}

export function json(events: readonly Event[]): string[] {
  return events.map((event) => JSON.stringify(event))
}

export const SUCCEEDED: Outcome = { type: 'succeeded' }
export const FAILED: Outcome = { type: 'failed', code: 'agent_error', message: 'It broke. Retry to ask again.' }
export const CANCELLED: Outcome = { type: 'cancelled', by: 'alice' }

/** The end of the run of `lease`, after the events in `closing`. */
export function ending(lease: Lease, outcome: Outcome, closing: readonly Event[] = []): RunEnd {
  return { outcome, events: json([...closing, runTerminal(outcome, lease)]) }
}

export interface World {
  /** The current store: another instance after `reopen`. */
  readonly store: Store
  advance(ms: number): void
  readonly notices: readonly Notice[]
  /** Opens the same data again; false if the adapter keeps none. */
  reopen(): Promise<boolean>
  /** The whole log, read as `principal`, in pages of a few records. */
  log(key?: ThreadKey, principal?: Principal): Promise<Envelope[]>
  /** Starts and claims a run. Fails if another run was claimed. */
  running(runId: string, key?: ThreadKey, more?: Partial<StartRequest>): Promise<Claim>
  /** A run that has ended after it wrote `answer`. */
  ended(runId: string, outcome?: Outcome, key?: ThreadKey, more?: Partial<StartRequest>): Promise<Claim>
}

export type InWorld = (promise: (world: World) => Promise<void>) => () => Promise<void>

/** Makes a test body from a function of a world. Each test gets a fresh world. */
export function worldOf(makeHarness: () => StoreHarness | Promise<StoreHarness>): InWorld {
  return (promise) => async () => {
    const harness = await makeHarness()
    try {
      const world = createWorld(harness)
      await world.store.rooms.create(ALICE, ROOM)
      await world.store.rooms.create(ALICE, OTHER_ROOM)
      await world.store.rooms.create(EVE, EVES_ROOM)
      await promise(world)
    } finally {
      await harness.close()
    }
  }
}

function createWorld(harness: StoreHarness): World {
  let store = harness.store
  const world: World = {
    get store() {
      return store
    },
    advance: harness.advance,
    notices: harness.notices,
    async reopen() {
      if (!harness.reopen) return false
      store = await harness.reopen()
      return true
    },
    async log(key = THREAD, principal = ALICE) {
      const envelopes: Envelope[] = []
      for (;;) {
        const after = envelopes.length
        const chunk = await store.log.read(principal, key, { after, maxBytes: 64_000, maxRecords: 7 })
        if (chunk.type !== 'chunk') throw new Error(`The log answered ${chunk.type}.`)
        envelopes.push(...envelopesIn(chunk.frames))
        expect(envelopes).toHaveLength(chunk.lastSeq)
        if (chunk.lastSeq === chunk.head) return envelopes
        expect(chunk.lastSeq, 'a reading goes on').toBeGreaterThan(after)
      }
    },
    async running(runId, key = THREAD, more) {
      expect(await store.runs.start(ALICE, key, asking(runId, more))).toMatchObject({ type: 'accepted' })
      const claims = await store.work.claim({ workerId: 'worker-1', limit: 10, leaseMs: LEASE_MS })
      expect(claims.map((claim) => claim.run.runId)).toEqual([runId])
      return claims[0] as Claim
    },
    async ended(runId, outcome = SUCCEEDED, key, more) {
      const claim = await world.running(runId, key, more)
      await store.work.append(claim.lease, saying(`${runId}-a`, 'An answer.'))
      expect(await store.work.end(claim.lease, ending(claim.lease, outcome))).toEqual({ type: 'ended' })
      return claim
    },
  }
  return world
}

export function envelopesIn(frames: Uint8Array): Envelope[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(frames)
  return splitFrames(text).map((stored) => JSON.parse(envelopeJson(stored)) as Envelope)
}

/** The types of the events, in order: a log in short. */
export function typesOf(envelopes: readonly Envelope[]): string[] {
  return envelopes.map((envelope) => envelope.event.type)
}
