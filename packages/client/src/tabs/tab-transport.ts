/**
 * The transport of one tab among all tabs of a browser profile, which share one connection: in a shared worker; where
 * there is none, or it does not answer, in the tab that leads; in a browser that shares nothing, in each tab.
 *
 * Owns: which of these it is. Does not know: HTTP, which tab leads, when a host counts as lost (`in-use.ts`).
 *
 * Invariants:
 * - Every tab reads, whichever tab has the connection.
 * - What was open at a host that is gone rejects as `network` and nothing else: its reader continues from its cursor at the
 *   new host. Nothing is lost or doubled.
 */
import type { Clock } from '@holdfast/core'
import type { Neighbours } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import type { Election } from './election.ts'
import { createInUse } from './in-use.ts'
import { loadEarly } from './loaded.ts'
import type { TabWord } from './shared.ts'
import { SILENT_STEPS } from './watch.ts'

/** Seconds that a worker may take to be loaded. */
const START_STEPS = 10

export interface TabTransportOptions {
  /** Undefined where the browser shares nothing. */
  readonly neighbours: Neighbours | undefined
  readonly clock: Clock
  /** Unique to each tab. */
  readonly tabId: string
  /** Tabs of different persons share no connection. */
  readonly person: string
  /** Tabs of different builds of the page share no connection. */
  readonly build: string
  /** Where the shared worker is; without it a tab leads. */
  readonly workerUrl?: string
  /**
   * Loads what makes the connection, in case this tab needs one: with a shared worker it hardly ever does. `alone`: other
   * tabs have their own, over the few connections that the browser opens.
   */
  load(): Promise<(whose: 'shared' | 'alone') => ReadTransport>
}

export interface TabTransport extends ReadTransport {
  readonly role: 'shared' | 'alone' | Election['role']
  close(): void
}

export function createTabTransport(options: TabTransportOptions): TabTransport {
  const { neighbours, clock, tabId, person, build, workerUrl } = options
  const scope = `holdfast ${person} ${build}`
  const tabLock = `${scope} tab ${tabId}`
  const living = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const inUse = createInUse(clock)
  let isClosed = false
  let isAlone = false
  let election: Election | undefined

  /** What a tab needs to lead. It is loaded early: when it is needed the server may be gone. */
  async function load() {
    const [{ createElection }, connect] = await Promise.all([import('./election.ts'), options.load()])
    return { createElection, connect }
  }
  const whenLoaded = loadEarly(load, clock, () => isClosed)

  function elect(among: Neighbours): void {
    whenLoaded(({ createElection, connect }) => {
      if (isAlone) return
      election = createElection({
        scope,
        tabId,
        tabLock,
        neighbours: among,
        clock,
        connect: () => connect('shared'),
        onHost: (line) => inUse.use(line, SILENT_STEPS, (how) => election?.lost(how)),
      })
    })
  }

  /** This tab shares nothing with others. */
  function beAlone(): void {
    isAlone = true
    inUse.leave()
    whenLoaded(({ connect }) => inUse.useAlone(connect('alone')))
  }

  function begin(among: Neighbours): void {
    let isHeld = false
    const hold = among.locks.hold(tabLock, {}, () => {
      isHeld = true
      living.resolve()
      return closed.promise
    })
    // Where nothing may be stored Chromium has locks, and grants none.
    void hold.then(() => isHeld || isClosed || beAlone())
    const line = workerUrl === undefined ? undefined : among.sharedWorker(workerUrl, scope)
    if (line) {
      inUse.use(line, START_STEPS, () => elect(among))
      void living.promise.then(() => line.post({ holdfastTab: tabLock } satisfies TabWord))
    } else void living.promise.then(() => elect(among))
  }

  if (neighbours) begin(neighbours)
  else beAlone()

  return {
    ...inUse.transport,
    get role() {
      if (isAlone) return 'alone'
      return election?.role ?? (inUse.hasHost ? 'shared' : 'seeking')
    },
    close() {
      isClosed = true
      inUse.leave()
      election?.close()
      closed.resolve()
    },
  }
}
