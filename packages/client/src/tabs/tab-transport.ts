/**
 * The transport of one tab among all tabs of a browser profile, which share one connection: in a shared worker; where
 * there is none, or it does not answer, in the tab that leads; in a browser that shares nothing, in each tab.
 *
 * Owns: which of these it is, and when the host of this tab is doubted. Does not know: HTTP, which tab leads.
 *
 * Invariants:
 * - Every tab reads, whichever tab has the connection.
 * - What was open at a host that is gone rejects as `network` and nothing else: its reader continues from its cursor at the
 *   new host. Nothing is lost or doubled.
 * - While a tab waits for nothing, it does not ask whether its host is alive.
 */
import type { Clock } from '@holdfast/core'
import { type ChannelTransport, createChannelTransport } from '../channel/ask.ts'
import type { Line, Neighbours } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import type { Election } from './election.ts'
import type { TabWord } from './shared.ts'
import { createSwitch } from './switch.ts'
import { SILENT_STEPS, watch } from './watch.ts'

/** Seconds that a worker may take to be loaded. */
const START_STEPS = 10
/** Until the code that a tab needs to lead is loaded again, if that failed. */
const RELOAD_MS = 1_000

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

/** What this tab uses now. */
interface InUse {
  readonly line: Line
  readonly transport: ChannelTransport
  /** Steps that its next answer may take. */
  patience: number
  onLost(how: 'gone' | 'silent'): void
}

export function createTabTransport(options: TabTransportOptions): TabTransport {
  const { neighbours, clock, tabId, person, build, workerUrl } = options
  const scope = `holdfast ${person} ${build}`
  const tabLock = `${scope} tab ${tabId}`
  const living = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  let isClosed = false
  let isAlone = false
  let inUse: InUse | undefined
  let election: Election | undefined
  let stopWatching: (() => void) | undefined

  const way = createSwitch(rewatch)

  function use(line: Line, patience: number, onLost: InUse['onLost']): void {
    leave()
    const transport = createChannelTransport(line)
    const own: InUse = { line, transport, patience, onLost }
    inUse = own
    transport.gone.addEventListener('abort', () => lose(own, 'gone'))
    way.use(transport)
    rewatch()
  }

  function leave(): void {
    stopWatching?.()
    stopWatching = undefined
    const before = inUse
    inUse = undefined
    way.use(undefined)
    before?.transport.close()
    before?.line.close()
  }

  function lose(own: InUse, how: 'gone' | 'silent'): void {
    if (inUse !== own) return
    leave()
    own.onLost(how)
  }

  /** The host is asked whether it is alive for as long as this tab waits for something. */
  function rewatch(): void {
    const own = inUse
    if (!way.needed || !own) {
      stopWatching?.()
      stopWatching = undefined
      return
    }
    stopWatching ??= watch({
      clock,
      patience: own.patience,
      async ask() {
        await own.transport.alive()
        own.patience = SILENT_STEPS
      },
      onSilent: () => lose(own, 'silent'),
    })
  }

  /** What a tab needs to lead. It is loaded early: when it is needed the server may be gone. */
  async function loadAll() {
    const [{ createElection }, connect] = await Promise.all([import('./election.ts'), options.load()])
    return { createElection, connect }
  }
  let loading = loadAll()

  function whenLoaded(act: (loaded: Awaited<typeof loading>) => void): void {
    loading.then(
      (loaded) => isClosed || act(loaded),
      () => {
        clock.schedule(RELOAD_MS, () => {
          if (isClosed) return
          loading = loadAll()
          whenLoaded(act)
        })
      },
    )
  }

  function elect(among: Neighbours): void {
    whenLoaded(({ createElection, connect }) => {
      if (isAlone) return
      const onHost = (line: Line) => use(line, SILENT_STEPS, (how) => election?.lost(how))
      election = createElection({
        scope,
        tabId,
        tabLock,
        neighbours: among,
        clock,
        connect: () => connect('shared'),
        onHost,
      })
    })
  }

  /** This tab shares nothing with others. */
  function beAlone(): void {
    isAlone = true
    leave()
    whenLoaded(({ connect }) => way.use(connect('alone')))
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
      use(line, START_STEPS, () => elect(among))
      void living.promise.then(() => line.post({ holdfastTab: tabLock } satisfies TabWord))
    } else void living.promise.then(() => elect(among))
  }

  if (neighbours) begin(neighbours)
  else beAlone()

  return {
    ...way.transport,
    get role() {
      if (isAlone) return 'alone'
      return election?.role ?? (inUse ? 'shared' : 'seeking')
    },
    close() {
      isClosed = true
      leave()
      election?.close()
      closed.resolve()
    },
  }
}
