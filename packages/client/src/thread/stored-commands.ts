/**
 * Commands that are not settled yet, stored so that they survive a reload of the page, and the end of the tab for the
 * next page that opens: a start until the server has accepted it or its words are back, a cancel until the server has
 * acknowledged it. Sending one again is safe, from any number of pages: the run id is the idempotency key.
 *
 * Owns: how a command is stored, and for how long it is valid. Does not know: requests, threads' content.
 *
 * Invariant: no page sends a start by itself that was requested more than a day before the page opened. Its words go
 * back to the person instead, and each next page offers them until the person has taken them.
 */
import { isId, keyOf, type StartBody, type ThreadKey } from '@holdfast/core'
import type { Keep } from '../environment/port.ts'
import { defined } from './request.ts'

export interface StoredCommand {
  readonly key: ThreadKey
  readonly runId: string
  /** Absent: the run had been accepted before. */
  readonly start?: StartBody
  /** The person asked for its end. */
  readonly cancel?: { readonly reason?: string }
  /** Milliseconds since 1970. The oldest is sent first. */
  readonly at?: number
  /** The start failed, and the person has not taken its words back yet. */
  readonly refused?: true
}

export interface StoredCommands {
  /** Replaces what was stored of this run before. */
  put(command: StoredCommand): void
  settle(command: Pick<StoredCommand, 'key' | 'runId'>): void
  all(): readonly StoredCommand[]
}

/** Pages of earlier versions have stored theirs under this name. */
const PREFIX = 'wish.'
/** A start that is older is not sent by itself: nobody remembers it. */
export const VALID_MS = 24 * 60 * 60 * 1_000

export function createStoredCommands(keep: Keep, now: () => number): StoredCommands {
  const nameOf = ({ key, runId }: Pick<StoredCommand, 'key' | 'runId'>) =>
    `${PREFIX}${key.roomId}/${key.threadId}/${runId}`

  /** A cancel is valid at any age. */
  function validOrRefused(command: StoredCommand): StoredCommand {
    if (!command.start || command.cancel || command.refused || now() - (command.at ?? 0) < VALID_MS) return command
    keep.write(nameOf(command), JSON.stringify({ v: 1, ...command }), 'next page')
    return { ...command, refused: true }
  }

  return {
    put(command) {
      // Words that are to go back to the person belong to this tab alone.
      const to = command.refused ? undefined : 'next page'
      keep.write(nameOf(command), JSON.stringify({ v: 1, ...command }), to)
    },
    settle: (command) => keep.remove(nameOf(command)),
    all: () =>
      keep
        .names()
        .filter((name) => name.startsWith(PREFIX))
        .flatMap((name) => readCommand(keep.read(name)) ?? [])
        .map(validOrRefused)
        .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)),
  }
}

/** Anything that another version or a person at the console has left there is ignored, not guessed at. */
function readCommand(text: string | undefined): StoredCommand | undefined {
  if (text === undefined) return undefined
  let value: Partial<Record<'v' | keyof StoredCommand, unknown>> | null
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const key = keyOf(value?.key)
  if (value?.v !== 1 || !key || !isId(value.runId)) return undefined
  const { runId, start, cancel, at, refused } = value as StoredCommand
  if (start !== undefined && (start.runId !== runId || !Array.isArray(start.messages))) return undefined
  return { key, runId, ...defined({ start, cancel, at: typeof at === 'number' ? at : undefined, refused }) }
}
