/**
 * Everything that is live, queued, needs a person or has ended unseen, across rooms: from the server's overview (no
 * thread has to be open), from the loaded lists, and from the runs of this device, which are known first.
 *
 * Owns: what is listed, and its order. Does not know: React.
 */
import type { ActiveRun, Observable, OverviewState, RunRegistry, ThreadListState } from '@holdfast/client'
import { keyString, type RoomInfo, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import { standOf } from '../sidebar/stand.ts'

/** `paused`: starts when a person resumes it. */
export type GoingOn = 'needs_you' | 'paused' | 'working' | 'stopping' | 'queued'

export interface OverviewItem {
  readonly key: ThreadKey
  readonly title: string
  readonly room: string
  readonly state: GoingOn
  /** Its queue was paused by a run that failed. */
  readonly failed?: true
  /** The very run, where this device knows it: a late click then never hits the next one. */
  readonly runId?: string
  /** For a thread that waits for a slot: its place among those that wait. */
  readonly place?: { readonly position: number; readonly of: number }
}

export interface Overview {
  /** What needs a person first; then the rest, queued ones in the order in which they start. */
  readonly items: readonly OverviewItem[]
  /** What has finished or failed, and was not seen by the person on any device. */
  readonly finished: readonly OverviewThread[]
  /** Every thread that is known, those that are archived too; newest activity first within a room. */
  readonly threads: readonly OverviewThread[]
}

export type OverviewThread = ThreadInfo & { readonly room: string }

const ORDER: readonly GoingOn[] = ['needs_you', 'paused', 'working', 'stopping', 'queued']

/** Of a thread that is on several lists the first one holds. */
export function overviewOf(
  rooms: readonly RoomInfo[],
  lists: readonly (readonly ThreadInfo[])[],
  active: readonly ActiveRun[],
): Overview {
  const titles = new Map(rooms.map(({ roomId, title }) => [roomId, title || roomId]))
  const runs = new Map(active.map((run) => [keyString(run.key), run]))
  const known = new Map(
    lists
      .flat()
      .toReversed()
      .map((thread) => [keyString(thread), thread]),
  )
  const threads = lists
    .flat()
    .filter((thread) => known.get(keyString(thread)) === thread)
    .map((thread) => ({ ...thread, room: titles.get(thread.roomId) ?? thread.roomId }))
  const of = threads.filter(({ position }) => position !== undefined).length
  const items = threads.flatMap((thread): OverviewItem[] => {
    const { roomId, threadId, title, room, position } = thread
    const run = runs.get(keyString(thread))
    const state = goingOn(thread, run)
    if (!state) return []
    return [
      {
        key: { roomId, threadId },
        title: title || 'Untitled',
        room,
        state,
        ...(state === 'paused' && thread.status === 'failed' && { failed: true as const }),
        ...(run && { runId: run.runId }),
        ...(state === 'queued' && position !== undefined && { place: { position, of: Math.max(of, position) } }),
      },
    ]
  })
  return {
    items: items.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || turnOf(a) - turnOf(b)),
    finished: threads.filter((thread) => isOver(thread) && !runs.has(keyString(thread))),
    threads,
  }
}

function isOver(thread: ThreadInfo): boolean {
  const stand = standOf(thread)
  return stand === 'finished' || stand === 'failed'
}

/** Threads that wait for a slot, in their order. */
function turnOf({ state, place }: OverviewItem): number {
  return state === 'queued' ? (place?.position ?? Number.MAX_SAFE_INTEGER) : 0
}

function goingOn({ status, paused }: ThreadInfo, run: ActiveRun | undefined): GoingOn | undefined {
  if (run?.activity === 'cancelling') return 'stopping'
  if (paused && !run && (status === 'needs_you' || status === 'failed')) return 'paused'
  if (status === 'failed' || status === 'idle') return run && 'working'
  return status
}

/** `listed`: the rooms whose lists are looked at too. */
export function createOverview(
  registry: RunRegistry,
  rooms: readonly RoomInfo[],
  listed: readonly RoomInfo[],
): Observable<Overview> {
  const lists = listed.map(({ roomId }) => registry.observeThreads(roomId))
  let seen: readonly (readonly ActiveRun[] | OverviewState | ThreadListState)[] = []
  let overview: Overview = { items: [], finished: [], threads: [] }
  return {
    snapshot() {
      const active = registry.active.snapshot()
      const goingOn = registry.overview.snapshot()
      const states = lists.map((list) => list.snapshot())
      const now = [active, goingOn, ...states]
      if (now.length === seen.length && now.every((part, at) => part === seen[at])) return overview
      seen = now
      overview = overviewOf(rooms, [goingOn.threads, ...states.map(({ items }) => items ?? [])], active)
      return overview
    },
    subscribe(listener) {
      const undo = [registry.active, registry.overview, ...lists].map((part) => part.subscribe(listener))
      return () => {
        for (const one of undo) one()
      }
    },
  }
}

/** "4 running · 1 needs you · 2 finished", without zeros. */
export function summaryOf(items: readonly OverviewItem[], finished: number): string {
  const count = (...states: readonly GoingOn[]) => items.filter(({ state }) => states.includes(state)).length
  return [
    [count('working', 'stopping'), 'running'],
    [count('needs_you', 'paused'), count('needs_you', 'paused') === 1 ? 'needs you' : 'need you'],
    [count('queued'), 'queued'],
    [finished, 'finished'],
  ]
    .filter(([n]) => n !== 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(' · ')
}
