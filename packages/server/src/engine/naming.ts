/**
 * Finds a better thread title than its first line, once the first answer exists. Asks the agent that gave that answer.
 *
 * Owns: for which threads, how many at once, how long it may take. Does not know: how an agent finds a title.
 *
 * Invariants:
 * - It is not a run: it makes no thread busy, and a failure only leaves the title as it is.
 * - A title that a person gave is never replaced, not even one given in the meantime.
 */
import { type Clock, titleFrom } from '@holdfast/core'
import type { AgentCatalogue } from '../agents/port.ts'
import type { ThreadStore } from '../store/port.ts'
import type { EngineLog } from './log.ts'
import type { ClaimedRun } from './run-execution.ts'

const MAX_AT_ONCE = 4
const MAX_CHARACTERS = 80
const TIME_MS = 30_000

export interface Naming {
  /** Call after a run that succeeded. Beyond a few at once the title stays the first line. */
  consider(run: ClaimedRun): void
  /** Abandons pending requests. Resolves when none is left. */
  close(): Promise<void>
}

export interface NamingOptions {
  readonly threads: Pick<ThreadStore, 'change'>
  readonly catalogue: AgentCatalogue
  readonly clock: Clock
  readonly log: EngineLog
}

export function createNaming({ threads, catalogue, clock, log }: NamingOptions): Naming {
  const closing = new AbortController()
  const asking = new Set<Promise<void>>()

  async function name({ lease, agentId, owner, input: { messages } }: ClaimedRun): Promise<void> {
    const agent = catalogue.get(agentId)
    if (!agent?.entitle) return
    const late = new AbortController()
    const undo = clock.schedule(TIME_MS, () => late.abort())
    const signal = AbortSignal.any([closing.signal, late.signal])
    try {
      const given = await Promise.race([agent.entitle(messages, signal), aborted(signal)])
      const title = tidy(given ?? '')
      const { roomId, threadId } = lease
      const insteadOf = titleFrom(messages)
      if (title !== '' && !signal.aborted) await threads.change(owner, { roomId, threadId }, { title, insteadOf })
    } catch (error) {
      if (!closing.signal.aborted) log({ type: 'thread_not_named', lease, error })
    } finally {
      undo()
      // A combined signal stays in memory until it aborts as long as it has listeners.
      late.abort()
    }
  }

  return {
    consider(run) {
      if (closing.signal.aborted || asking.size >= MAX_AT_ONCE || !isFirst(run)) return
      const work: Promise<void> = name(run).finally(() => asking.delete(work))
      asking.add(work)
    },
    async close() {
      closing.abort()
      await Promise.all(asking)
    },
  }
}

function isFirst({ input: { messages } }: ClaimedRun): boolean {
  return messages.every(({ role }) => role !== 'assistant')
}

/** An agent's words are hostile input. Keeps one short line, without invisible characters or ones that reorder text. */
function tidy(given: string): string {
  const [line = ''] = given.trim().split(/[\r\n\u2028\u2029]/, 1)
  const visible = line.replace(/[\p{Cc}\p{Cf}]/gu, '').replace(/^["'“”„«]+|(?<!["'“”»])["'“”»]+$/gu, '')
  return [...visible.trim()].slice(0, MAX_CHARACTERS).join('').trim()
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined))
  })
}
