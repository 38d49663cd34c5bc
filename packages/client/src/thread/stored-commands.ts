/**
 * Commands that are not settled yet, stored before they are sent, so that they survive a reload of the page, and the end of
 * the tab for another page: a start until the server has accepted it or its words are back, a cancel until the server has
 * acknowledged it. Sending one again is safe, from any number of pages: the run id is the idempotency key.
 *
 * Owns: how a command is stored, and for how long it is valid. Does not know: requests, threads' content, which page sends
 * it (`outbox.ts`).
 *
 * Invariant: no page sends a start by itself that was requested more than a day before the page opened. Its words go
 * back to the person instead, and each next page offers them until the person has taken them.
 */
import { isId, keyOf, type StartBody, type ThreadKey } from '@holdfast/core'
import type { Environment, Keep } from '../environment/port.ts'
import type { Outbox } from './outbox.ts'
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
  /** From now on, calls with each command of another page that is gone, the oldest first. */
  takeOver(environment: Environment, closed: AbortSignal, taken: (command: StoredCommand) => void): Promise<void>
}

/** Pages of earlier versions have stored theirs under this name. */
const PREFIX = 'wish.'
/** A start that is older is not sent by itself: nobody remembers it. */
export const VALID_MS = 24 * 60 * 60 * 1_000

/** `outbox` is absent where pages share nothing: then the next page has what this one leaves. */
export function createStoredCommands(keep: Keep, now: () => number, outbox?: Outbox): StoredCommands {
  const nameOf = ({ key, runId }: Pick<StoredCommand, 'key' | 'runId'>) =>
    `${PREFIX}${key.roomId}/${key.threadId}/${runId}`

  /** Words that are to go back to the person belong to this tab alone. */
  function put(command: StoredCommand): void {
    const name = nameOf(command)
    const text = JSON.stringify({ v: 1, ...command })
    if (command.refused) {
      outbox?.remove(name)
      keep.write(name, text)
    } else if (outbox?.write(name, text)) keep.remove(name)
    else keep.write(name, text, 'next page')
  }

  /** A cancel is valid at any age. */
  function validOrRefused(command: StoredCommand): StoredCommand {
    if (!command.start || command.cancel || command.refused || now() - (command.at ?? 0) < VALID_MS) return command
    const refused = { ...command, refused: true } as const
    // As it was: each next page offers its words until the person has taken them.
    outbox?.remove(nameOf(command))
    keep.write(nameOf(command), JSON.stringify({ v: 1, ...command }), 'next page')
    return refused
  }

  function commandsIn(texts: readonly (string | undefined)[]): readonly StoredCommand[] {
    return texts
      .flatMap((text) => readCommand(text) ?? [])
      .map(validOrRefused)
      .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
  }

  return {
    put,
    settle(command) {
      outbox?.remove(nameOf(command))
      keep.remove(nameOf(command))
    },
    all() {
      const kept = keep.names().filter((name) => name.startsWith(PREFIX))
      return commandsIn([...kept.map(keep.read), ...(outbox?.own() ?? []).map(([, text]) => text)])
    },
    async takeOver(environment, closed, taken) {
      if (!outbox) return
      const { takeOver } = await import('./taking-over.ts')
      await takeOver(outbox, environment, closed, (texts) => commandsIn(texts).forEach(taken))
    },
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
