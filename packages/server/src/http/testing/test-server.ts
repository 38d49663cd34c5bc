/**
 * A small server for tests of the HTTP interface: memory store, in-process bus, manual clock, and runs that the test
 * writes.
 */
import { EventType } from '@ag-ui/core'
import { type Outcome, type Problem, paths, runTerminal, type ThreadKey } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { expect } from 'vitest'
import { createCatalogue } from '../../agents/catalogue.ts'
import { createDemoAgent } from '../../agents/demo/demo-agent.ts'
import { createInProcessBus } from '../../bus/in-process-bus.ts'
import { createFeed, type FeedLimits } from '../../feed/feed.ts'
import { createInProcessPresence } from '../../presence/in-process-presence.ts'
import type { Presence } from '../../presence/port.ts'
import { createMemoryStore } from '../../store/memory/memory-store.ts'
import type { Lease, Store } from '../../store/port.ts'
import { LOCAL_PRINCIPAL } from '../../store/principal.ts'
import { type AppOptions, createApp } from '../app.ts'
import type { Phase } from '../env.ts'

export const KEY: ThreadKey = { roomId: 'default', threadId: 't1' }

export interface TestServer {
  readonly app: ReturnType<typeof createApp>
  readonly store: Store
  readonly feed: ReturnType<typeof createFeed>
  readonly presence: Presence
  readonly clock: ReturnType<typeof createManualClock>
  readonly faults: unknown[]
  phase: Phase
  /** GET, or POST of JSON if there is a body. */
  ask(path: string, body?: unknown, init?: RequestInit): Promise<Response>
  start(runId: string, key?: ThreadKey): Promise<Response>
  claim(): Promise<Lease>
  say(lease: Lease, ...deltas: string[]): Promise<void>
  finish(lease: Lease, outcome?: Outcome): Promise<void>
}

export async function createTestServer(
  options: Partial<AppOptions> & { readonly wrap?: (store: Store) => Store; readonly streams?: FeedLimits } = {},
): Promise<TestServer> {
  const clock = createManualClock()
  const faults: unknown[] = []
  const bus = createInProcessBus({ onListenerError: (error) => faults.push(error) })
  const inner = createMemoryStore({ clock, publish: bus.publish })
  const store = options.wrap?.(inner) ?? inner
  await inner.rooms.create(LOCAL_PRINCIPAL, { roomId: 'default', title: 'Default', agentId: 'demo' })
  const agents = createCatalogue([createDemoAgent({ clock })], 'demo')
  const feed = createFeed({
    log: store.log,
    inbox: store.inbox,
    bus,
    clock,
    onFault: (fault) => faults.push(fault),
    ...(options.streams && { limits: options.streams }),
  })
  const presence = createInProcessPresence({ clock })
  let minted = 0
  const server: TestServer = {
    store,
    feed,
    presence,
    clock,
    faults,
    phase: 'ready',
    app: createApp({
      store,
      feed,
      presence,
      push: { key: 'test', refusal: () => undefined },
      webhooks: { refusal: () => undefined, mintSecret: () => 'whsec_c2VjcmV0' },
      agents,
      clock,
      phase: () => server.phase,
      report: (fault) => faults.push(fault),
      mintId: () => `minted-${++minted}`,
      ...options,
    }),
    ask: async (path, body, init = {}) =>
      server.app.request(path, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        ...init,
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...init.headers },
      }),
    start: (runId, key = KEY) =>
      server.ask(paths.runs(key), { runId, messages: [{ id: `${runId}-q`, role: 'user', content: 'Hello' }] }),
    async claim() {
      const [claim] = await inner.work.claim({ workerId: 'w', limit: 1, leaseMs: 60_000 })
      if (!claim) throw new Error('Nothing was queued.')
      return claim.lease
    },
    async say(lease, ...deltas) {
      const messageId = `${lease.runId}-a`
      await inner.work.append(
        lease,
        deltas.map((delta) => JSON.stringify({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta })),
      )
    },
    async finish(lease, outcome = { type: 'succeeded' }) {
      const { threadId, runId } = lease
      await inner.work.end(lease, { events: [JSON.stringify(runTerminal(outcome, { threadId, runId }))], outcome })
    },
  }
  return server
}

export async function expectProblem(response: Response, status: number, code: Problem['code']): Promise<Problem> {
  const problem = (await response.json()) as Problem
  expect(problem).toMatchObject({ type: 'about:blank', status, code })
  expect(problem.detail).toMatch(/\S/)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return problem
}

/** A stream's text up to and including `until`; the rest stays unread. */
export async function readUntil(response: Response, until: string): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) throw new Error('There is no body.')
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes(until)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The stream ended before ${JSON.stringify(until)}: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  reader.releaseLock()
  return text
}
