/**
 * A separate process: opens the store in the given directory, settles what an earlier process left, then starts a run
 * and appends to it until it is killed. Prints one line for everything that could have been observed: `seen <seq>` when
 * a commit is published, `kept <seq>` when an append is answered.
 */
import { writeSync } from 'node:fs'
import { EventType } from '@ag-ui/core'
import { createSqliteStore } from '../index.ts'

const [directory = '', runId = ''] = process.argv.slice(2)
const principal = { tenantId: 'acme', personId: 'alice' }
const key = { roomId: 'room-1', threadId: 'thread-1' }
// Written directly to the pipe, so that lines from before the kill arrive.
const say = (line: string) => void writeSync(1, `${line}\n`)

let lastSeq = 0
const store = await createSqliteStore({
  directory,
  publish: (notice) => {
    if (notice.type !== 'thread.more') return
    lastSeq = notice.lastSeq
    say(`seen ${lastSeq}`)
  },
})
await store.rooms.create(principal, { roomId: key.roomId, title: 'Room', agentId: 'demo' })
await store.work.settleOrphans('all')
const message = { id: `${runId}-q`, role: 'user', content: 'Go on.' } as const
await store.runs.start(principal, key, {
  runId,
  messages: [message],
  agentId: 'demo',
  onBusy: 'reject',
  tools: [],
  context: [],
})
const [claim] = await store.work.claim({ workerId: 'child', limit: 1, leaseMs: 60_000 })
if (!claim) throw new Error('The run was not there to claim.')

const messageId = `${runId}-a`
await store.work.append(claim.lease, [
  JSON.stringify({ type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }),
])
for (let n = 0; ; ) {
  const deltas = Array.from({ length: 1 + (n % 5) }, () => `t${n++} `)
  await store.work.append(
    claim.lease,
    deltas.map((delta) => JSON.stringify({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta })),
  )
  say(`kept ${lastSeq}`)
}
