/** Tabs of a manual profile before one scripted server, and readers that continue from their cursor, as the registry does. */
import type { Envelope, ThreadKey } from '@holdfast/core'
import { expect } from 'vitest'
import { createScriptedTransport, type ScriptedTransport } from '../../testing/scripted-transport.ts'
import { TransportError } from '../../transport/error.ts'
import type { ReadTransport, RunTransport } from '../../transport/port.ts'
import { serveTabs } from '../shared.ts'
import { createTabTransport, type TabTransport } from '../tab-transport.ts'
import { createManualProfile, type ManualProfile, type Program } from './manual-profile.ts'

export interface ManualTab extends TabTransport {
  readonly program: Program
}

export interface Tabs {
  readonly profile: ManualProfile
  readonly server: ScriptedTransport
  /** How many connections for all tabs were made. */
  readonly connected: () => number
  open(): Promise<ManualTab>
  /** Lets time pass in small steps, and every tab act between them. */
  pass(ms: number): Promise<void>
}

const STEP_MS = 250

/** Lets every program do what is due now. */
export async function turn(): Promise<void> {
  for (let time = 0; time < 3; time += 1) await new Promise((resolve) => setTimeout(resolve))
}

export function createTabs({ shared = false } = {}): Tabs {
  const server = createScriptedTransport()
  let connected = 0
  const connect = (program: Program): RunTransport => {
    connected += 1
    return program.reaching(server)
  }
  const profile = createManualProfile(
    shared
      ? {
          script: (worker, eachConnection) =>
            void serveTabs({ transport: connect(worker), locks: worker.neighbours.locks, eachConnection }),
        }
      : {},
  )
  return {
    profile,
    server,
    connected: () => connected,
    async open() {
      const program = profile.open()
      const transport = createTabTransport({
        neighbours: program.neighbours,
        clock: program.clock,
        tabId: program.id,
        person: 'somebody',
        build: 'one',
        workerUrl: 'worker.js',
        load: async () => () => connect(program),
      })
      // A tab loads it when it may have to lead: how long that takes is not what is tested.
      await import('../election.ts')
      await turn()
      return Object.assign(transport, { program })
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        profile.clock.advance(STEP_MS)
        await turn()
      }
    },
  }
}

export const KEYS: readonly ThreadKey[] = [1, 2, 3, 4, 5].map((n) => ({ roomId: 'default', threadId: `T${n}` }))
export const [KEY = { roomId: '', threadId: '' }] = KEYS
export async function openAll(tabs: Tabs): Promise<readonly ManualTab[]> {
  const opened: ManualTab[] = []
  for (const key of KEYS) {
    tabs.server.startElsewhere(key, 'run', 'Hello')
    opened.push(await tabs.open())
  }
  return opened
}

export const roles = (tabs: readonly ManualTab[]) => tabs.map(({ role }) => role)

export function sayEverywhere({ server }: Tabs, words: string): void {
  for (const key of KEYS) for (const word of words.split(' ')) server.say(key, 'run', word)
}

export interface Reading {
  readonly seen: readonly Envelope[]
  /** How often it had to begin again. */
  readonly reopened: number
  leave(): void
}

/** Reads a log for good. Throws into the test's face when something comes twice, or is left out. */
export function keepReading(transport: ReadTransport, key: ThreadKey): Reading {
  const seen: Envelope[] = []
  const stop = new AbortController()
  let reopened = 0
  const handlers = {
    onOpen() {},
    onCaughtUp() {},
    onBytes() {},
    onDropped: (reason: string) => expect.unreachable(reason),
    onEnvelopes(batch: readonly Envelope[]) {
      for (const envelope of batch) {
        expect(envelope.seq).toBe(seen.length + 1)
        seen.push(envelope)
      }
    },
  }
  async function read(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await transport.open({ type: 'log', key, after: seen.length, handlers }, stop.signal)
      } catch (error) {
        if (!(error instanceof TransportError) || error.fault.type !== 'network') return
      }
      reopened += 1
    }
  }
  void read()
  return {
    seen,
    get reopened() {
      return reopened
    },
    leave: () => stop.abort(),
  }
}
