/**
 * Where a run went on after a crash: what it had said before and said again, folded away, and that it continued.
 *
 * Owns: at which message that is shown. Does not know: React, lines.
 */
import type { Run, ThreadMessage, ThreadView } from '@holdfast/core'

export interface Restart {
  readonly id: string
  /** What was said and is said again; absent: nothing was. */
  readonly text?: string
  /** Of the run, if that is known. */
  readonly agentId?: string
  /** How often the run has continued, at the last of its restarts that are shown. */
  readonly continued?: number
}

/** By the id of the message that it follows; '' for the beginning of the conversation. */
export function restartsOf(
  path: readonly ThreadMessage[],
  runs: readonly Run[],
  superseded: ThreadView['superseded'],
): ReadonlyMap<string, readonly Restart[]> {
  const restarts = new Map<string, Restart[]>()
  const resumed = runs.filter((run) => run.status !== 'queued' && (run.resumed ?? 0) > 0)
  if (resumed.length === 0 && superseded.length === 0) return restarts
  const onPath = new Set<string>(path.map(({ id }) => id)).add('')
  const gone = new Map(superseded.map((message) => [message.id, message]))
  const last = new Map<string, { readonly place: string; readonly at: number }>()

  function add(place: string, restart: Restart): { readonly place: string; readonly at: number } {
    const here = restarts.get(place) ?? []
    restarts.set(place, [...here, restart])
    return { place, at: here.length }
  }

  /** Messages that follow one another went together. */
  const groups = new Map<string, ThreadMessage[]>()
  for (const message of superseded) {
    const { runId = '', parentId } = message
    const before = parentId === null ? undefined : gone.get(parentId)
    const first = before ? [...groups].find(([, group]) => group.includes(before))?.[0] : undefined
    const place = first ?? `${runId}/${message.id}`
    groups.set(place, [...(groups.get(place) ?? []), message])
  }
  for (const [id, group] of groups) {
    const [{ parentId, runId = '' }] = group as [ThreadMessage]
    const place = parentId ?? ''
    const run = runs.find((each) => each.runId === runId)
    const restart = { id: `restart:${id}`, text: wordsOf(group), ...(run && { agentId: run.agentId }) }
    if (onPath.has(place)) last.set(runId, add(place, restart))
  }
  for (const run of resumed) {
    const continued = run.status === 'queued' ? 0 : (run.resumed ?? 0)
    const shown = last.get(run.runId)
    const here = shown && restarts.get(shown.place)
    if (shown && here) here[shown.at] = { ...(here[shown.at] as Restart), continued }
    else {
      const at = path.find(({ runId }) => runId === run.runId)
      const place = at ? (at.parentId ?? '') : (run.parentId ?? '')
      if (onPath.has(place)) add(place, { id: `restart:${run.runId}`, agentId: run.agentId, continued })
    }
  }
  return restarts
}

function wordsOf(messages: readonly ThreadMessage[]): string {
  return messages
    .flatMap((message) => {
      const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
      const text = typeof message.content === 'string' ? [message.content] : []
      return [...text, ...calls.map((call) => `${call.function.name} ${call.function.arguments}`)]
    })
    .filter((text) => text !== '')
    .join('\n\n')
}
