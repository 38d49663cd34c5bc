/** A transport under test, its scripted server, and how tests read a log through it. */
import type { Envelope, ThreadKey } from '@holdfast/core'
import { expect } from 'vitest'
import type { ScriptedTransport } from '../../testing/scripted-transport.ts'
import { TransportError, type TransportFault } from '../error.ts'
import type { DropReason, LogHandlers, ReadTransport, RunTransport } from '../port.ts'

/** What the suite tells the script, and asks of it. */
export const TOLD = [
  'addThread',
  'asked',
  'connections',
  'drop',
  'end',
  'has',
  'heartbeat',
  'log',
  'next',
  'push',
  'say',
  'startElsewhere',
  'tellInbox',
  'trim',
  'view',
] as const

type Told = (typeof TOLD)[number]

/** A scripted transport as it stands, or one to which each word travels. */
export type Script = {
  readonly [Name in Told]: ScriptedTransport[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Result | Promise<Result>
    : ScriptedTransport[Name] | Promise<ScriptedTransport[Name]>
}

export interface TransportUnderTest {
  readonly transport: RunTransport
  /** The server's side. */
  readonly script: Script
  stop(): Promise<void>
}

export type Using = (body: (parts: TransportUnderTest) => Promise<void>) => () => Promise<void>

/** Reads a log, noting everything that comes of it. */
export function read(transport: ReadTransport, key: ThreadKey, after: number, beside?: 'apart') {
  const seen: Envelope[] = []
  const dropped: DropReason[] = []
  const notes: string[] = []
  let bytes = 0
  const handlers: LogHandlers = {
    onOpen: () => void notes.push('open'),
    onCaughtUp: () => void notes.push('caught-up'),
    onEnvelopes: (batch) => {
      expect(batch).not.toHaveLength(0)
      seen.push(...batch)
    },
    onBytes: () => {
      bytes += 1
    },
    onDropped: (reason) => void dropped.push(reason),
  }
  const stop = new AbortController()
  const source = { type: 'log', key, after, handlers, ...(beside && { apart: true as const }) } as const
  const done = transport.open(source, stop.signal).then(
    () => 'ended' as const,
    (error: unknown) => error,
  )
  return { seen, dropped, notes, done, stop, seqs: () => seen.map(({ seq }) => seq), bytes: () => bytes }
}

export function faultOf(error: unknown): TransportFault {
  if (!(error instanceof TransportError)) throw new Error('not a TransportError', { cause: error })
  return error.fault
}

export async function failing(promise: Promise<unknown>): Promise<TransportFault> {
  return faultOf(
    await promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )
}
