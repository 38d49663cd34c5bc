/** The contract of a transport, as far as a page without a server keeps it: every request with one answer. */
import { createFold, type ThreadKey } from '@holdfast/core'
import { describe, expect, vi } from 'vitest'
import { requestContract } from '../transport/request.contract.ts'
import type { Script, Using } from '../transport/testing/under-test.ts'
import { envelopesIn } from './facts.ts'
import { createProfile, type Profile } from './testing/profile.ts'

const until = vi.waitFor

/** The script's part of the other side is another page of the profile, and the agent. */
function scriptOf(profile: Profile): Script {
  const elsewhere = profile.open({ agents: 1 })
  const rowsOf = (key: ThreadKey) => profile.store.read((at) => at.list('log', [key.roomId, key.threadId]))
  const callOf = (runId: string) => {
    const call = profile.calls.find(({ input }) => input.runId === runId)
    if (!call) throw new Error('The agent was not asked.')
    return call
  }
  const view = async (key: ThreadKey) => {
    const fold = createFold(key)
    for (const envelope of envelopesIn(await rowsOf(key))) fold.apply(envelope)
    return fold.view()
  }
  const script: Partial<Script> = {
    addThread: (key) =>
      profile.store.write(async (at) => {
        const row = { title: '', archived: false, status: 'idle', waiting: 0, paused: false } as const
        at.put('threads', { ...key, ...row, lastSeq: 0, updatedAt: 1, completedSeq: 0, readSeq: 0 })
      }),
    has: (key) =>
      profile.store.read(async (at) => {
        const row = await at.get('threads', [key.roomId, key.threadId])
        return row !== undefined && row.deleted === undefined
      }),
    log: async (key) => envelopesIn(await rowsOf(key)),
    view,
    async startElsewhere(key, runId, text) {
      await elsewhere.ask('start', [key, { runId, messages: [{ id: `${runId}-q`, role: 'user', content: text }] }])
      await until(() => callOf(runId))
    },
    async say(key, runId, delta) {
      callOf(runId).say(delta)
      await until(async () => expect(JSON.stringify(await view(key))).toContain(delta))
    },
    async end(key, runId) {
      callOf(runId).finish()
      await until(async () => {
        const { runs } = await view(key)
        expect(runs.find((run) => run.runId === runId)?.status).toBe('succeeded')
      })
    },
  }
  return script as Script
}

const using: Using = (body) => async () => {
  const profile = createProfile()
  const transport = profile.open({ agents: 1 })
  await body({ transport, script: scriptOf(profile), stop: async () => transport.close() })
  transport.close()
}

describe('a transport: without a server', () => requestContract(using))
