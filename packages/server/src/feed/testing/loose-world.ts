/** Threads of two rooms in a real memory store, and a feed over them whose notices may be lost, repeated or bare. */
import { envelopeJson, keyString, runTerminal, splitFrames, type ThreadKey } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { createMemoryStore } from '../../store/memory/memory-store.ts'
import type { Lease, LogReader, Notice } from '../../store/port.ts'
import { LOCAL_PRINCIPAL as ME, type Principal } from '../../store/principal.ts'
import { createFeed } from '../feed.ts'

const decoder = new TextDecoder()

export type Delivery = 'whole' | 'bare' | 'lost' | 'twice'

export async function createLooseWorld() {
  const clock = createManualClock()
  const listeners = new Set<(notice: Notice) => void>()
  const faults: unknown[] = []
  const leases = new Map<string, Lease>()
  const inboxReads: Principal[] = []
  let delivery: Delivery = 'whole'
  let reading: LogReader['read'] | undefined
  let runs = 0
  const tell = (notice: Notice) => {
    for (const listener of listeners) listener(notice)
  }
  const store = createMemoryStore({
    clock,
    publish(notice) {
      if (delivery === 'lost') return
      if (delivery === 'bare' && notice.type === 'thread.more') {
        const { frames: _, ...bare } = notice
        return tell(bare)
      }
      tell(notice)
      if (delivery === 'twice') tell(notice)
    },
  })
  for (const roomId of ['r1', 'r2']) await store.rooms.create(ME, { roomId, title: roomId, agentId: 'demo' })
  const subscribe = (listener: (notice: Notice) => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const feed = createFeed({
    log: { read: (...asked) => (reading ?? store.log.read)(...asked) },
    inbox: {
      ...store.inbox,
      read(principal, range) {
        inboxReads.push(principal)
        return store.inbox.read(principal, range)
      },
    },
    bus: { publish: tell, subscribe },
    clock,
    onFault: (fault) => faults.push(fault),
  })

  const world = {
    clock,
    store,
    feed,
    faults,
    listeners,
    /** Who the feed has read the inbox for, once for each reading. */
    inboxReads,
    deliver(how: Delivery) {
      delivery = how
    },
    /** From now on, log reads of the feed answer this. */
    answerReadings(read: LogReader['read']) {
      reading = read
    },
    /** Appends some records to the thread, of a new run if none is live. */
    async commit(key: ThreadKey, records = 1, size = 1) {
      let lease = leases.get(keyString(key))
      if (!lease) {
        const runId = `run-${++runs}`
        const messages = [{ id: `${runId}-q`, role: 'user' as const, content: 'Hello' }]
        const request = { runId, messages, agentId: 'demo', onBusy: 'enqueue' as const, tools: [], context: [] }
        if ((await store.runs.start(ME, key, request)).type !== 'accepted') return
        for (const claim of await store.work.claim({ workerId: 'w', limit: 9, leaseMs: 1e9 })) {
          leases.set(keyString(claim.lease), claim.lease)
        }
        lease = leases.get(keyString(key))
      }
      const delta = 'x'.repeat(size)
      const events = Array.from({ length: records }, () =>
        JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta }),
      )
      if (lease) await store.work.append(lease, events)
    },
    async finish(key: ThreadKey) {
      const lease = leases.get(keyString(key))
      leases.delete(keyString(key))
      const outcome = { type: 'succeeded' } as const
      if (lease) await store.work.end(lease, { outcome, events: [JSON.stringify(runTerminal(outcome, lease))] })
    },
    async remove(key: ThreadKey) {
      leases.delete(keyString(key))
      await store.threads.delete(ME, key, true)
    },
    /** JSON of the envelopes after a cursor; undefined if the thread is gone. */
    async log(key: ThreadKey, after = 0): Promise<string[] | undefined> {
      const read = await store.log.read(ME, key, { after, maxBytes: 1e9, maxRecords: 1e9 })
      if (read.type === 'not_found') return []
      return read.type === 'chunk' ? splitFrames(decoder.decode(read.frames)).map(envelopeJson) : undefined
    },
    async cursor() {
      return (await store.inbox.overview(ME)).cursor
    },
    async inbox(cursor: string) {
      const read = await store.inbox.read(ME, { cursor, maxBytes: 1e9, maxRecords: 1e9 })
      if (read.type !== 'entries') throw new Error(read.type)
      return read.items
    },
  }
  return world
}
