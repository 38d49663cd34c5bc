/**
 * A look at a thread under its lock: ends a run that was left, or begins the one that has its turn.
 *
 * Invariant: a run begins and ends in the log; what executes it between the two can only append while it is live there.
 */
import type { Event, RunAgentInput } from '@ag-ui/core'
import type { Outcome, ThreadKey } from '@holdfast/core'
import type { AgUiAgent } from './agent.ts'
import { append, commit } from './commit.ts'
import type { Look } from './driver.ts'
import { AgentFault } from './failure.ts'
import type { RunRow } from './port.ts'
import type { LogRecord } from './records.ts'
import { execute } from './running.ts'
import { begin, end, nextTurn, outcomeOf, settle } from './turn.ts'
import { type World, write } from './world.ts'

export interface LookParts {
  readonly world: World
  /** The page ends. */
  readonly leaving: AbortSignal
  call(
    agent: AgUiAgent,
    asked: { readonly roomId: string; readonly input: RunAgentInput; readonly signal: AbortSignal },
  ): AsyncIterable<Event>
  /** The agent may still be working on a run whose page is gone. */
  leave(agent: AgUiAgent, run: ThreadKey & { readonly runId: string }): void
}

export async function lookAt(parts: LookParts, key: ThreadKey, begins: (runId: string) => boolean): Promise<Look> {
  const { world } = parts
  const address = [key.roomId, key.threadId]
  const store = await world.store()
  // Most looks find nothing, and change nothing.
  const idle = await store.read(async (at) => {
    const row = await at.get('threads', address)
    return !row || row.deleted === true || (row.liveRunId === undefined && row.waiting === 0)
  })
  if (idle) return { type: 'nothing' }
  let left: RunRow | undefined
  const found = await write(world, key, async (at, now): Promise<Look> => {
    const row = await at.get('threads', address)
    if (!row || row.deleted) return { type: 'nothing' }
    const view = await world.facts.view(at, row)
    const runId = row.liveRunId ?? nextTurn(view)
    const held = runId === undefined ? undefined : await at.get('runs', [...address, runId])
    if (!held) return { type: 'nothing' }
    const known = { key, row, view }
    if (row.liveRunId !== undefined) {
      await commit(at, now, known, { records: settle(view, held), liveRunId: null })
      left = held
      return { type: 'settled' }
    }
    if (!begins(held.runId)) return { type: 'waiting', runId: held.runId }
    const { records, input } = begin(view, held)
    await commit(at, now, known, { records, liveRunId: held.runId })
    return { type: 'begun', run: () => run(parts, key, held, input) }
  })
  const agent = left && (await agentOf(world, left))
  if (left && agent) parts.leave(agent, left)
  return found
}

async function agentOf(world: World, { run: { agentId } }: RunRow): Promise<AgUiAgent | undefined> {
  return (await world.agents()).find((agent) => agent.agentId === agentId)
}

async function run({ world, leaving, call }: LookParts, key: ThreadKey, begun: RunRow, input: RunAgentInput) {
  const { runId } = begun
  const agent = await agentOf(world, begun)
  const stopped = new AbortController()
  const address = [key.roomId, key.threadId, runId]

  /** A request to stop may come from any page. */
  async function listen(): Promise<void> {
    const held = await (await world.store()).read((at) => at.get('runs', address))
    if (!held || held.stop) stopped.abort()
  }

  const unlisten = world.bus.listen((notice) => {
    if (notice.wide && notice.key?.threadId === key.threadId) void listen().catch(() => {})
  })
  try {
    await execute({
      key,
      input,
      clock: world.clock,
      signal: stopped.signal,
      leaving,
      append: (records) => appendTo(world, key, runId, records),
      end: (outcome, eventsFor) => endRun(world, key, runId, outcome, eventsFor),
      call: (signal) => (agent ? call(agent, { roomId: key.roomId, input, signal }) : unknown()),
    })
  } finally {
    unlisten()
  }
}

async function appendTo(world: World, key: ThreadKey, runId: string, records: readonly LogRecord[]): Promise<boolean> {
  const store = await world.store()
  const row = await store.write((at) => append(at, world.clock.now(), key, runId, records))
  if (row) world.bus.tell({ key, wide: false })
  return row !== undefined
}

async function endRun(
  world: World,
  key: ThreadKey,
  runId: string,
  outcome: Outcome,
  eventsFor: (outcome: Outcome) => readonly Event[],
): Promise<void> {
  const address = [key.roomId, key.threadId]
  await write(world, key, async (at, now) => {
    const row = await at.get('threads', address)
    const held = await at.get('runs', [...address, runId])
    // Deleted, or settled by another page.
    if (!row || row.deleted || row.liveRunId !== runId || !held) return
    const view = await world.facts.view(at, row)
    const counts = outcomeOf(held, outcome)
    await commit(at, now, { key, row, view }, { records: end(view, held, eventsFor(counts), counts), liveRunId: null })
  })
}

// biome-ignore lint/correctness/useYield: it only fails
async function* unknown(): AsyncGenerator<Event> {
  throw new AgentFault('agent_unknown', 'The agent of this thread is not set up any more. Choose another one.')
}
