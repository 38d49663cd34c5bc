/**
 * RunTransport without a server: the page itself asks AG-UI agents, and keeps the log in this browser.
 *
 * Owns: how the parts are joined. Does not know: what any of them does.
 *
 * Invariants: only the end of the page, or a request to stop, ends a run. Leaving a view, a thread or the registry does
 * not. With several pages of one profile there is one log, and one page executes a thread's run.
 */
import { DEFAULT_ROOM_ID, keyString, type ThreadKey } from '@holdfast/core'
import type { Line, Locks } from '../environment/neighbours.ts'
import type { Environment } from '../environment/port.ts'
import type { Observable } from '../observable/observable.ts'
import { transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import type { AnswerOf, ArgsOf, Verb } from '../transport/verbs.ts'
import { type AgUiAgent, callAgent } from './agent.ts'
import type { Answers } from './answers.ts'
import { createNoticeBus } from './bus.ts'
import { createDriver } from './driver.ts'
import { createFacts } from './facts.ts'
import { openIdbStore } from './idb-store.ts'
import { lookAt } from './look.ts'
import { createMarkAnswers } from './mark-answers.ts'
import { createMemoryStore } from './memory-store.ts'
import { createPageLocks } from './page-locks.ts'
import type { LocalStore } from './port.ts'
import { refusal } from './refusal.ts'
import { createRoomAnswers } from './room-answers.ts'
import { createRunAnswers } from './run-answers.ts'
import { createStopRoute } from './stop-route.ts'
import { openStream } from './streams.ts'
import { createThreadAnswers } from './thread-answers.ts'
import { liveThreads, type World } from './world.ts'

export interface AgUiTransportOptions {
  /** The first is the default. A function is called once it is needed, and again until it has succeeded. */
  readonly agents: readonly AgUiAgent[] | (() => Promise<readonly AgUiAgent[]>)
  readonly environment: Pick<Environment, 'clock' | 'connectivity' | 'random' | 'mintId'>
  /** Of the browser; absent where it has none. Then a second page of the profile takes runs of this one for left. */
  readonly neighbours?: { readonly locks: Locks; broadcast(name: string): Line } | undefined
  /** Names the database, the locks and the channel; pages of one origin with other names share nothing. Default `holdfast log`. */
  readonly name?: string
  /** Default: IndexedDB; memory where the browser stores nothing. */
  readonly openStore?: (name: string) => Promise<LocalStore>
  /** How agents are asked; default: the browser's `fetch`. */
  readonly fetch?: (url: string, request: RequestInit) => Promise<Response>
}

export interface AgUiTransport extends RunTransport {
  /** The threads whose run this page executes: leaving the page now ends these runs. */
  readonly executing: Observable<readonly ThreadKey[]>
  /** Whether what is kept outlives the page. */
  lasting(): Promise<boolean>
  /** The end of the page, for programs that outlive theirs: ends its runs as a closed page does. */
  close(): void
}

export function createAgUiTransport(options: AgUiTransportOptions): AgUiTransport {
  const { environment, neighbours, name = 'holdfast log', openStore = openIdbStore } = options
  const { clock, connectivity, random, mintId } = environment
  const { fetch = (url, request) => globalThis.fetch(url, request) } = options
  const leaving = new AbortController()
  const bus = createNoticeBus(neighbours?.broadcast(name))
  const facts = createFacts()
  let opening: Promise<LocalStore> | undefined

  const store = (): Promise<LocalStore> => {
    opening ??= openStore(name)
      .catch(() => createMemoryStore())
      .then(async (opened) => {
        await opened.write(async (at) => {
          if (await at.get('rooms', [DEFAULT_ROOM_ID])) return
          at.put('rooms', { roomId: DEFAULT_ROOM_ID, title: 'Default', createdAt: clock.now() })
        })
        return opened
      })
      .catch((cause: unknown) => {
        opening = undefined
        throw transportError(cause)
      })
    return opening
  }

  const world: World = {
    store,
    agents: agentsOf(options.agents),
    facts,
    bus,
    clock,
    mintId,
    wake: (key) => driver.wake(key, 'own'),
  }
  const stopRoute = createStopRoute({ clock, fetch })
  const calling = { clock, random, fetch, stopRoute, isOnline: () => connectivity.online }
  const driver = createDriver({
    locks: neighbours?.locks ?? createPageLocks(),
    name,
    look: (key, begins) =>
      lookAt(
        {
          world,
          leaving: leaving.signal,
          call: (agent, asked) => callAgent(agent, calling, asked),
          leave: (agent, { runId, ...at }) => stopRoute.stop(agent, { threadId: keyString(at), runId }),
        },
        key,
        begins,
      ),
  })
  const unlisten = bus.listen(({ key, wide, from }) => {
    if (key && wide && from === 'elsewhere') driver.wake(key, 'other')
  })

  /** What was live when the last page was closed is settled, and what waited is begun. */
  async function pickUp(): Promise<void> {
    const rows = await (await store()).read((at) => liveThreads(at, []))
    for (const row of rows) {
      if (row.liveRunId === undefined && row.status !== 'queued') continue
      driver.wake({ roomId: row.roomId, threadId: row.threadId }, 'other')
    }
  }
  // Whatever is asked first finds out that nothing can be stored.
  void pickUp().catch(() => {})

  const answers: Answers = {
    ...createRoomAnswers(world),
    ...createThreadAnswers(world),
    ...createMarkAnswers(world),
    ...createRunAnswers(world),
  }

  async function ask<V extends Verb>(verb: V, args: ArgsOf<V>): Promise<AnswerOf<V>> {
    const answer = answers[verb] as ((...args: ArgsOf<V>) => Promise<AnswerOf<V>>) | undefined
    if (!answer) throw refusal('not_supported')
    try {
      return await answer(...args)
    } catch (cause) {
      throw transportError(cause)
    }
  }

  return {
    ask,
    open: (source, signal) => openStream({ store, bus, clock }, source, signal),
    executing: driver.executing,
    lasting: async () => (await store()).lasting,
    close() {
      leaving.abort()
      driver.close()
      unlisten()
      bus.close()
      void opening?.then((opened) => opened.close())
    },
  }
}

function agentsOf(agents: AgUiTransportOptions['agents']): () => Promise<readonly AgUiAgent[]> {
  let known: Promise<readonly AgUiAgent[]> | undefined
  return () => {
    known ??= Promise.resolve(typeof agents === 'function' ? agents() : agents).catch((cause: unknown) => {
      known = undefined
      throw transportError(cause)
    })
    return known
  }
}
