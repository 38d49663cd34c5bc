/**
 * The contract of a store, as a suite that every adapter runs against itself. It is part of the product
 * (`@holdfast/server/testing`). An adapter only provides a harness.
 */
import { describe } from 'vitest'
import { cancelContract } from './contract/cancel.contract.ts'
import { changeContract } from './contract/change.contract.ts'
import { chosenContract } from './contract/chosen.contract.ts'
import { claimContract } from './contract/claim.contract.ts'
import { crashContract } from './contract/crash.contract.ts'
import { dueContract } from './contract/due.contract.ts'
import { durabilityContract } from './contract/durability.contract.ts'
import { heldContract } from './contract/held.contract.ts'
import { inboxContract } from './contract/inbox.contract.ts'
import { interruptContract } from './contract/interrupt.contract.ts'
import { leaseContract } from './contract/lease.contract.ts'
import { logContract } from './contract/log.contract.ts'
import { marksContract } from './contract/marks.contract.ts'
import { marksInAnyOrderContract } from './contract/marks-in-any-order.contract.ts'
import { noticesContract } from './contract/notices.contract.ts'
import { orphanContract } from './contract/orphan.contract.ts'
import { personsContract } from './contract/persons.contract.ts'
import { pushContract } from './contract/push.contract.ts'
import { queueContract } from './contract/queue.contract.ts'
import { racesContract } from './contract/races.contract.ts'
import { retentionContract } from './contract/retention.contract.ts'
import { roomsContract } from './contract/rooms.contract.ts'
import { startContract } from './contract/start.contract.ts'
import { subagentsContract } from './contract/subagents.contract.ts'
import { supersedeContract } from './contract/supersede.contract.ts'
import { tenantsContract } from './contract/tenants.contract.ts'
import { threadsContract } from './contract/threads.contract.ts'
import { webhooksContract } from './contract/webhooks.contract.ts'
import { wordsContract } from './contract/words.contract.ts'
import { type StoreHarness, worldOf } from './contract/world.ts'

export type { StoreHarness } from './contract/world.ts'

/** `makeHarness` returns an empty store at each call. */
export function storeContract(name: string, makeHarness: () => StoreHarness | Promise<StoreHarness>): void {
  const inWorld = worldOf(makeHarness)

  describe(`${name} keeps the contract of a store`, () => {
    describe('rooms', () => roomsContract(inWorld))
    describe('threads', () => threadsContract(inWorld))
    describe('start', () => startContract(inWorld))
    describe('claim', () => claimContract(inWorld))
    describe('the lease', () => leaseContract(inWorld))
    describe('cancel', () => cancelContract(inWorld))
    describe('the queue', () => queueContract(inWorld))
    describe('messages are never dropped silently', () => wordsContract(inWorld))
    describe('a held queue', () => heldContract(inWorld))
    describe('the agent of a thread', () => chosenContract(inWorld))
    describe('superseding', () => supersedeContract(inWorld))
    describe('questions', () => interruptContract(inWorld))
    describe('sub-agents', () => subagentsContract(inWorld))
    describe('what is due', () => dueContract(inWorld))
    describe('changing, deleting and finding', () => changeContract(inWorld))
    describe('orphans', () => orphanContract(inWorld))
    describe('runs that may be restarted or resumed', () => crashContract(inWorld))
    describe('the log', () => logContract(inWorld))
    describe('the inbox', () => inboxContract(inWorld))
    describe('per-person state', () => personsContract(inWorld))
    describe('read marks', () => {
      marksContract(inWorld)
      marksInAnyOrderContract(inWorld)
    })
    describe('notices', () => noticesContract(inWorld))
    describe('pushes', () => pushContract(inWorld))
    describe('webhooks', () => webhooksContract(inWorld))
    describe('two tenants', () => tenantsContract(inWorld))
    describe('retention', () => retentionContract(inWorld))
    describe('after closing and reopening', () => durabilityContract(inWorld))
    describe('under races', () => racesContract(inWorld))
  })
}
