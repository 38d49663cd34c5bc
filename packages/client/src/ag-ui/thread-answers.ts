/** What a page without a server answers about threads, and about what goes on in all of them. */
import { searchTerms, snapshotOf, type ThreadInfo, termsOf, wordsOf } from '@holdfast/core'
import type { ThreadPageQuery } from '../transport/verbs.ts'
import type { Answers } from './answers.ts'
import { commit, tell } from './commit.ts'
import { roomOf } from './facts.ts'
import { overview, page, placeOfThread, threadInfo } from './lists.ts'
import type { Reading, RoomRow, ThreadRow } from './port.ts'
import { control } from './records.ts'
import { refusal } from './refusal.ts'
import { isBusy, removeThread } from './removal.ts'
import { defaultAgentId, liveRooms, liveThreads, read, type World, write } from './world.ts'

type ThreadAnswers = Pick<Answers, 'threads' | 'snapshot' | 'changeThread' | 'deleteThread' | 'presence' | 'inbox'>

export function createThreadAnswers(world: World): Required<ThreadAnswers> {
  const { facts } = world

  async function infoOf(row: ThreadRow, room: RoomRow): Promise<ThreadInfo> {
    return threadInfo(row, room.agentId ?? (await defaultAgentId(world)))
  }

  async function matching(at: Reading, rows: readonly ThreadRow[], q: string): Promise<readonly ThreadRow[]> {
    const terms = searchTerms(q)
    const found: ThreadRow[] = []
    for (const row of terms.length > 0 ? rows : []) {
      const words = termsOf(`${row.title}\n${wordsOf((await facts.view(at, row)).messages)}`)
      if (terms.every((term) => words.some((word) => word.startsWith(term)))) found.push(row)
    }
    return found
  }

  async function threads(roomId: string, { q, ...query }: ThreadPageQuery = {}) {
    const agentId = await defaultAgentId(world)
    return read(world, async (at) => {
      const room = await roomOf(at, roomId)
      const all = await liveThreads(at, [roomId])
      const rows = q?.trim() ? await matching(at, all, q) : all
      const { items, next } = page(rows, placeOfThread, query)
      const shown = items.map((row) => threadInfo(row, room.agentId ?? agentId))
      return { items: shown, ...(next !== undefined && { next }) }
    })
  }

  return {
    threads,
    async snapshot(key) {
      const { row, room, view } = await read(world, async (at) => {
        const known = await facts.existing(at, key)
        return { ...known, room: await roomOf(at, key.roomId) }
      })
      return snapshotOf(await infoOf(row, room), view)
    },
    async changeThread(key, { title, archived, mutedUntil }) {
      const { row, room } = await write(world, key, async (at, now) => {
        const known = await facts.existing(at, key)
        const room = await roomOf(at, key.roomId)
        const changed = {
          ...(title !== undefined && title !== known.row.title && { title }),
          ...(archived !== undefined && archived !== known.row.archived && { archived }),
        }
        const isChanged = Object.keys(changed).length > 0
        const records = isChanged ? [control(undefined, { type: 'thread.changed', ...changed })] : []
        const { updatedAt } = known.row
        const row = isChanged ? await commit(at, now, known, { records, patch: { ...changed, updatedAt } }) : known.row
        if (mutedUntil === undefined) return { row, room }
        const { mutedUntil: _, ...rest } = row
        const muted = { ...rest, ...(mutedUntil !== null && { mutedUntil }) }
        at.put('threads', muted)
        const { roomId, threadId } = key
        await tell(at, [{ roomId, threadId, at: new Date(now).toISOString(), type: 'ThreadChanged', mutedUntil }])
        return { row: muted, room }
      })
      return infoOf(row, room)
    },
    deleteThread: (key, { force = false } = {}) =>
      write(world, key, async (at, now) => {
        const row = await at.get('threads', [key.roomId, key.threadId])
        if (row?.deleted) return
        await roomOf(at, key.roomId)
        if (!row) throw refusal('not_found')
        if (isBusy(row) && !force)
          throw refusal('run_active', row.liveRunId === undefined ? {} : { runId: row.liveRunId })
        await removeThread(at, now, row)
      }),
    async presence({ thread }) {
      if (thread) await read(world, (at) => roomOf(at, thread.roomId))
    },
    async inbox() {
      const agentId = await defaultAgentId(world)
      return read(world, async (at) => {
        const rooms = await liveRooms(at)
        const agentIdOf = (roomId: string) => rooms.find((room) => room.roomId === roomId)?.agentId ?? agentId
        const head = (await at.last('inbox', []))?.n ?? 0
        return overview(rooms, await liveThreads(at, []), head, agentIdOf)
      })
    },
  }
}
