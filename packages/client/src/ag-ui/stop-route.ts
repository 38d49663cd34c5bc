/**
 * The stop route of an agent. An agent that goes on after its reader has gone does not notice that; some have a route to
 * stop.
 *
 * Owns: its address, and that a late stop never meets the next run. Does not know: when a run is left.
 */
import type { Clock } from '@holdfast/core'
import { stopPath } from '@holdfast/core/remote'

/** Where the agent is asked to stop: the address of its runs, and what is sent with each request. */
interface Agent {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface StopRoute {
  /** `threadId`: as the agent was told. An agent without such a route has seen its connection close. */
  stop(agent: Agent, run: { readonly threadId: string; readonly runId: string }): void
  /** Resolves when no stop of the thread is on its way, or after a few seconds. */
  settled(threadId: string): Promise<void>
}

/** Milliseconds to wait for the answer to a stop. */
const PATIENCE_MS = 3_000

export interface StopRouteOptions {
  readonly clock: Clock
  fetch(url: string, request: RequestInit): Promise<Response>
}

export function createStopRoute({ clock, fetch }: StopRouteOptions): StopRoute {
  const onTheirWay = new Map<string, Promise<void>>()

  async function send({ url, headers = {} }: Agent, run: { readonly threadId: string; readonly runId: string }) {
    const giveUp = new AbortController()
    const undo = clock.schedule(PATIENCE_MS, () => giveUp.abort())
    try {
      const { origin, pathname, search } = new URL(url)
      const path = stopPath(pathname).replace('{threadId}', encodeURIComponent(run.threadId))
      const { body } = await fetch(`${origin}${path}${search}`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/json' },
        // In the shape of an empty run input, since some servers parse every body as one.
        body: JSON.stringify({ ...run, messages: [], tools: [], context: [], state: {}, forwardedProps: {} }),
        redirect: 'manual',
        // Also while the page is being closed.
        keepalive: true,
        signal: giveUp.signal,
      })
      await body?.cancel()
    } catch {
      // It has no such route, or cannot be reached.
    } finally {
      undo()
    }
  }

  return {
    stop(agent, run) {
      const before = onTheirWay.get(run.threadId) ?? Promise.resolve()
      const sent = before
        .then(() => send(agent, run))
        .finally(() => {
          if (onTheirWay.get(run.threadId) === sent) onTheirWay.delete(run.threadId)
        })
      onTheirWay.set(run.threadId, sent)
    },
    settled: (threadId) => onTheirWay.get(threadId) ?? Promise.resolve(),
  }
}
