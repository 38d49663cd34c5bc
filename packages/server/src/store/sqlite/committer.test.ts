import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCommitter, type Write } from './committer.ts'
import { type OpenStore, openStore } from './open-store.ts'
import { temporaryDirectory } from './testing/harness.ts'

let directory = ''
let open: OpenStore
beforeEach(() => {
  directory = temporaryDirectory()
  open = openStore({ directory })
})
afterEach(() => {
  open.close()
  rmSync(directory, { recursive: true })
})

const room = (roomId: string) => ({ roomId, tenantId: 't', ownerId: 'o', title: '', agentId: 'demo', createdAt: 0 })

function creating(id: number): Write {
  return {
    id,
    run() {
      open.data.putRoom(room(`room-${id}`))
      return id
    },
  }
}

const rooms = () => open.data.rooms.list('t', undefined, 100).map(({ roomId }) => roomId)

describe('a batch', () => {
  it('is one transaction, and its commit comes before any outcome (G1)', () => {
    let commits = 0
    const commit = createCommitter({ ...open, beforeCommit: () => void commits++ })
    const [outcome, ...more] = commit([creating(1), creating(2), creating(3)])
    expect(more).toEqual([])
    expect(commits).toBe(1)
    expect(open.database.isTransaction).toBe(false)
    expect(outcome?.outcomes).toEqual([1, 2, 3].map((id) => ({ id, type: 'answer', answer: id })))
    expect(rooms()).toEqual(['room-1', 'room-2', 'room-3'])
  })

  it('costs no commit if nothing changes', () => {
    let commits = 0
    const commit = createCommitter({ ...open, beforeCommit: () => void commits++ })
    expect(commit([{ id: 1, run: () => 'nothing' }])).toEqual([
      { outcomes: [{ id: 1, type: 'answer', answer: 'nothing' }], committed: undefined },
    ])
    expect(commits).toBe(0)
    expect(open.database.isTransaction).toBe(false)
  })

  it('keeps nothing of a call that fails halfway, and the other calls succeed', () => {
    const commit = createCommitter(open)
    const halfway: Write = {
      id: 2,
      run() {
        open.data.putRoom(room('half'))
        throw new TypeError('a mistake')
      },
    }
    const outcomes = commit([creating(1), halfway, creating(3)]).flatMap((outcome) => outcome.outcomes)
    expect(outcomes).toEqual([
      { id: 1, type: 'answer', answer: 1 },
      { id: 2, type: 'fault', code: 'storage_failed', detail: 'a mistake' },
      { id: 3, type: 'answer', answer: 3 },
    ])
    expect(rooms()).toEqual(['room-1', 'room-3'])
  })

  it('keeps nothing if the storage fails at its commit, and the next batch succeeds', () => {
    let failing = true
    const beforeCommit = () => {
      if (!failing) return
      throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 })
    }
    const commit = createCommitter({ ...open, beforeCommit })
    const failed = commit([creating(1), creating(2)]).flatMap((outcome) => outcome.outcomes)
    expect(failed.map((outcome) => outcome.type === 'fault' && outcome.code)).toEqual([
      'storage_failed',
      'storage_failed',
    ])
    expect(rooms()).toEqual([])
    failing = false
    commit([creating(1), creating(2)])
    expect(rooms()).toEqual(['room-1', 'room-2'])
  })
})
