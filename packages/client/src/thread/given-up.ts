/**
 * Starts that a person has given up in one tab, marked for the other tabs of this browser: a duplicated tab has the same
 * start on its way. The tab in which it was given up has the words; the others neither send nor return them.
 *
 * Owns: how that is marked, and for how long. Does not know: requests, what happens to the words.
 */
import { keyOf, type ThreadKey } from '@holdfast/core'
import type { Shared } from '../environment/port.ts'
import { VALID_MS } from './stored-commands.ts'

export interface GivenUp {
  mark(key: ThreadKey, runId: string): void
  has(key: ThreadKey, runId: string): boolean
  /** Called for each start that another tab marks. */
  subscribe(listener: (key: ThreadKey, runId: string) => void): () => void
}

const PREFIX = 'given-up.'

export function createGivenUp(shared: Shared | undefined, now: () => number): GivenUp {
  const nameOf = ({ roomId, threadId }: ThreadKey, runId: string) => `${PREFIX}${roomId}/${threadId}/${runId}`

  return {
    mark(key, runId) {
      if (!shared) return
      shared.write(nameOf(key, runId), String(now()))
      for (const name of shared.names()) {
        const isMark = name.startsWith(PREFIX)
        if (isMark && !(now() - Number(shared.read(name)) < VALID_MS)) shared.remove(name)
      }
    },
    has: (key, runId) => shared?.read(nameOf(key, runId)) !== undefined,
    subscribe: (listener) =>
      shared?.subscribe(({ name, after }) => {
        if (after === undefined || !name.startsWith(PREFIX)) return
        const [roomId, threadId, runId] = name.slice(PREFIX.length).split('/')
        const key = keyOf({ roomId, threadId })
        if (key && runId) listener(key, runId)
      }) ?? (() => {}),
  }
}
