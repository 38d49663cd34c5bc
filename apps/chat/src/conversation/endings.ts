/**
 * Where runs end in a conversation, and what the person can do there.
 *
 * Owns: which end is shown after which message; what can be retried, continued, copied. Does not know: React, lines,
 * the registry.
 *
 * Invariants:
 * - An end follows the last message of its run. If the run wrote nothing, the newest end is last, and an older one
 *   follows the message that the run answered, until another run answers that.
 * - Retry and Continue are offered only at the end of what is shown, and only while nothing is live and no question is
 *   open.
 * - A run that was removed from the queue said nothing and has no end here.
 */
import { type EndedRun, isEnded, type Outcome, type Run, type ThreadMessage, type ThreadView } from '@holdfast/core'

type Path = readonly ThreadMessage[]

/** How a run ended that did not simply succeed. */
export interface Ending {
  readonly runId: string
  readonly outcome: Exclude<Outcome, { type: 'succeeded' }>
  /** How its questions were resolved. Absent while one is open. */
  readonly resolved?: NonNullable<EndedRun['resolved']>
  /** Whether it is the one to try again. */
  readonly retry: boolean
  /** The partial answer to continue from. */
  readonly continueFrom?: string
}

/** What is below a finished answer. */
export interface Foot {
  readonly runId: string
  /** Whether there are words to copy. */
  readonly words: boolean
  /** Whether another answer can be asked for in its place. */
  readonly again: boolean
}

/** By the id of the message that the end follows. */
export function endingsOf(
  path: Path,
  all: readonly Run[],
  interrupts: ThreadView['interrupts'],
): Map<string, Ending[]> {
  const lastOf = new Map<string, ThreadMessage>()
  for (const message of path) if (message.runId !== undefined) lastOf.set(message.runId, message)
  const onPath = new Set(path.map((message) => message.id))
  const runs = all.filter((run) => run.status !== 'queued' && !isUnsaid(run))
  const newest = runs.at(-1)
  const end = path.at(-1)?.id
  const endings = new Map<string, Ending[]>()
  for (const [index, run] of runs.entries()) {
    if (!isEnded(run) || run.outcome.type === 'succeeded') continue
    // What it asked was answered, or is not asked any more.
    if (run.outcome.type === 'interrupted' && run !== newest) continue
    const isLast = run === newest && (run.parentId === undefined || onPath.has(run.parentId))
    const place = lastOf.get(run.runId)?.id ?? (isLast ? end : placeOfSilent(run, runs.slice(index + 1), onPath))
    if (place === undefined) continue
    const { runId, outcome, resolved } = run
    const ending: Ending = { runId, outcome, ...(resolved && { resolved }), retry: false }
    endings.set(place, [...(endings.get(place) ?? []), ending])
  }
  const last = end === undefined ? undefined : endings.get(end)
  const ending = last?.pop()
  if (last && ending) {
    const asks = ending.outcome.type === 'interrupted' && interrupts.length > 0
    const again = asks || runs.some((run) => !isEnded(run)) ? {} : againOf(ending.runId, runs, path)
    last.push({ ...ending, ...again })
  }
  return endings
}

/** Removed from the queue: it was never part of the conversation. */
function isUnsaid(run: Run): boolean {
  return isEnded(run) && run.parentId === undefined && ['cancelled', 'superseded'].includes(run.status)
}

function placeOfSilent(run: EndedRun, later: readonly Run[], onPath: ReadonlySet<string>): string | undefined {
  const { parentId } = run
  if (parentId === undefined || !onPath.has(parentId)) return undefined
  return later.some((other) => other.parentId === parentId) ? undefined : parentId
}

/** What can be done about the end of the path. */
function againOf(runId: string, runs: readonly Run[], path: Path): Pick<Ending, 'retry' | 'continueFrom'> {
  const partial = path.findLast((message) => message.runId === runId)
  const written = partial?.role === 'assistant' && partial.content && !partial.toolCalls?.length
  const retry = runs.find((run) => run.runId === runId)?.parentId !== undefined
  return { retry, ...(written && { continueFrom: partial.id }) }
}

/** By the id of the last message of each answer that is over. */
export function feetOf(
  path: Path,
  all: readonly Run[],
  interrupts: ThreadView['interrupts'],
): ReadonlyMap<string, Foot> {
  const runs = new Map(all.map((run) => [run.runId, run]))
  const isFree = interrupts.length === 0 && all.every((run) => isEnded(run) || run.status === 'queued')
  const feet = new Map<string, Foot>()
  let words = false
  for (const [at, message] of path.entries()) {
    const { runId } = message
    const run = runId === undefined ? undefined : runs.get(runId)
    if (!run) continue
    words = (words && path[at - 1]?.runId === runId) || hasWords(message)
    if (!isEnded(run) || path[at + 1]?.runId === runId) continue
    const again = isFree && at === path.length - 1 && run.outcome.type === 'succeeded' && run.parentId !== undefined
    if (words || again) feet.set(message.id, { runId: run.runId, words, again })
  }
  return feet
}

/** All words of a run's answer, as they were written. */
export function wordsOf(messages: Path, runId: string): string {
  return messages
    .filter((message) => message.runId === runId && message.subagentRunId === undefined && hasWords(message))
    .map(({ content }) => content)
    .join('\n\n')
}

/** Whether an agent wrote readable text. */
function hasWords(message: ThreadMessage): message is ThreadMessage & { readonly content: string } {
  return message.role === 'assistant' && typeof message.content === 'string' && message.content.trim() !== ''
}
