/**
 * The stop route of a remote agent. An agent that keeps running after its reader has gone does not notice that:
 * CopilotKit's runtime and Holdfast itself are such, and have a route to stop.
 *
 * Owns: its address, and that nothing ever depends on it. Does not know: when a run is left.
 */
import type { Clock } from '@holdfast/core'
import { stopPath } from '@holdfast/core/remote'

export interface StopRouteOptions {
  /** Where runs are posted. */
  readonly url: string
  /** Where a stop is posted; `{threadId}` stands for the thread. False: nowhere. */
  readonly stopUrl?: string | false
  readonly headers: Readonly<Record<string, string>>
  readonly clock: Clock
}

export interface StopRoute {
  /** Requests a stop; nothing else depends on it. An agent without such a route has seen its socket close. */
  stop(run: { readonly threadId: string; readonly runId: string }): void
  /** Resolves when no stop of the thread is in flight: a late one would stop the next run. */
  settled(threadId: string): Promise<void>
}

/** Milliseconds to wait for the answer to a stop. */
const PATIENCE_MS = 3_000

export function createStopRoute({ url, stopUrl, headers, clock }: StopRouteOptions): StopRoute {
  const template = stopUrl === false ? undefined : (stopUrl ?? besideRuns(url))
  /** It answered that it has no such route. */
  let isAbsent = template === undefined
  const onTheirWay = new Map<string, Promise<void>>()

  async function send(run: { readonly threadId: string; readonly runId: string }): Promise<void> {
    const giveUp = new AbortController()
    const undo = clock.schedule(PATIENCE_MS, () => giveUp.abort())
    try {
      const { status, body } = await fetch((template ?? '').replace('{threadId}', encodeURIComponent(run.threadId)), {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/json' },
        // In the shape of an empty run input, since some servers parse every body as one.
        body: JSON.stringify({ ...run, messages: [], tools: [], context: [], state: {}, forwardedProps: {} }),
        redirect: 'manual',
        signal: giveUp.signal,
      })
      isAbsent = stopUrl === undefined && (status === 404 || status === 405)
      await body?.cancel()
    } catch {
      // The agent cannot be reached.
    } finally {
      undo()
    }
  }

  return {
    stop(run) {
      if (isAbsent) return
      const before = onTheirWay.get(run.threadId)
      const sent = (before ? before.then(() => send(run)) : send(run)).finally(() => {
        if (onTheirWay.get(run.threadId) === sent) onTheirWay.delete(run.threadId)
      })
      onTheirWay.set(run.threadId, sent)
    },
    settled: (threadId) => onTheirWay.get(threadId) ?? Promise.resolve(),
  }
}

function besideRuns(url: string): string {
  const { origin, pathname, search } = new URL(url)
  return `${origin}${stopPath(pathname)}${search}`
}
