/** What all requests of one page share: its store, its agents, its notices. Does not know: what is asked. */
import type { Clock, ThreadKey } from '@holdfast/core'
import type { AgUiAgent } from './agent.ts'
import type { NoticeBus } from './bus.ts'
import type { FactReader } from './facts.ts'
import type { LocalStore, Reading, RoomRow, ThreadRow, Writing } from './port.ts'

export interface World {
  readonly store: () => Promise<LocalStore>
  readonly agents: () => Promise<readonly AgUiAgent[]>
  readonly facts: FactReader
  readonly bus: NoticeBus
  readonly clock: Clock
  mintId(): string
  /** What was asked for in this page may have its turn. */
  wake(key: ThreadKey): void
}

/** The agent of rooms that have not chosen one. */
export async function defaultAgentId(world: World): Promise<string> {
  const [first] = await world.agents()
  return first?.agentId ?? ''
}

export async function read<A>(world: World, body: (at: Reading) => Promise<A>): Promise<A> {
  return (await world.store()).read(body)
}

/** Writes, then tells every reader. */
export async function write<A>(
  world: World,
  key: ThreadKey | undefined,
  body: (at: Writing, now: number) => Promise<A>,
): Promise<A> {
  const store = await world.store()
  const answer = await store.write((at) => body(at, world.clock.now()))
  world.bus.tell({ ...(key && { key }), wide: true })
  return answer
}

export async function liveRooms(at: Reading): Promise<readonly RoomRow[]> {
  const rooms = await at.list('rooms', [])
  return rooms.filter(({ deleted }) => !deleted).sort((one, other) => one.createdAt - other.createdAt)
}

export async function liveThreads(at: Reading, prefix: readonly string[]): Promise<readonly ThreadRow[]> {
  return (await at.list('threads', prefix)).filter(({ deleted }) => !deleted)
}
