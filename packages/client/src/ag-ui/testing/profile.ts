/** A browser profile with pages that share a store, locks and a channel, and agents that do what the test says. */
import type { Clock } from '@holdfast/core'
import type { Line } from '../../environment/neighbours.ts'
import { createMemoryStore } from '../memory-store.ts'
import { createPageLocks } from '../page-locks.ts'
import type { LocalStore } from '../port.ts'
import { type AgUiTransport, createAgUiTransport } from '../transport.ts'

/** Real time: what is tested here waits for promises only. */
const clock: Clock = {
  now: Date.now,
  schedule(ms, run) {
    const timer = setTimeout(run, Math.min(ms, 2_000_000_000))
    return () => clearTimeout(timer)
  },
}

export interface ScriptedCall {
  readonly url: string
  readonly input: {
    readonly threadId: string
    readonly runId: string
    readonly messages: readonly { content?: unknown }[]
  }
  /** Sends these events, as they are. */
  send(...events: readonly object[]): void
  /** A text of one message. */
  say(text: string): void
  finish(): void
  /** The connection breaks. */
  drop(): void
  readonly hungUp: boolean
}

export interface Profile {
  readonly store: LocalStore
  readonly calls: readonly ScriptedCall[]
  /** Of other requests than runs: where they went. */
  readonly others: readonly string[]
  /** What the next request is answered with, instead of a stream. */
  refuseNext(answer: () => Response | Promise<Response>): void
  open(options?: { readonly online?: boolean; readonly agents?: number }): AgUiTransport
  /** As the browser does: the page is gone, and its locks with it. */
  kill(page: AgUiTransport): void
}

const sse = (event: object) => new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`)

export function createProfile(store: LocalStore = createMemoryStore()): Profile {
  const locks = createPageLocks()
  const lines = new Set<(message: unknown) => void>()
  const calls: ScriptedCall[] = []
  const others: string[] = []
  const refusals: (() => Response | Promise<Response>)[] = []
  let pages = 0
  let ids = 0

  function broadcast(): Line {
    let own: ((message: unknown) => void) | undefined
    return {
      post(message) {
        for (const line of [...lines]) if (line !== own) line(structuredClone(message))
      },
      listen(onMessage) {
        own = onMessage
        lines.add(onMessage)
        return () => void lines.delete(onMessage)
      },
      close() {
        if (own) lines.delete(own)
      },
    }
  }

  async function fetch(url: string, { body, signal }: RequestInit): Promise<Response> {
    if (url.includes('/stop/')) {
      others.push(url)
      return new Response(null, { status: 404 })
    }
    const refused = refusals.shift()
    if (refused) return refused()
    const input = JSON.parse(String(body)) as ScriptedCall['input']
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    let hungUp = false
    let over = false
    const stream = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given
      },
      cancel() {
        hungUp = !over
      },
    })
    signal?.addEventListener('abort', () => {
      hungUp = !over
      try {
        controller?.error(signal.reason)
      } catch {
        // It has ended.
      }
    })
    const { threadId, runId } = input
    const send = (...events: readonly object[]) => {
      for (const event of events) controller?.enqueue(sse(event))
    }
    let messages = 0
    calls.push({
      url,
      input,
      send,
      say(text) {
        const messageId = `answer-${runId}-${++messages}`
        send(
          { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
          { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: text },
          { type: 'TEXT_MESSAGE_END', messageId },
        )
      },
      finish() {
        over = true
        send({ type: 'RUN_FINISHED', threadId, runId })
        controller?.close()
      },
      drop: () => controller?.error(new TypeError('network')),
      get hungUp() {
        return hungUp
      },
    })
    send({ type: 'RUN_STARTED', threadId, runId })
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  }

  return {
    store,
    calls,
    others,
    refuseNext: (answer) => void refusals.push(answer),
    open({ online = true, agents: many = 2 } = {}) {
      const page = ++pages
      return createAgUiTransport({
        agents: [
          { agentId: 'first', title: 'First', url: 'https://agents.example/first' },
          { agentId: 'second', url: 'https://agents.example/second' },
        ].slice(0, many),
        environment: {
          clock,
          random: () => 0.5,
          mintId: () => `${page}-${++ids}`,
          connectivity: { online, subscribe: () => () => {} },
        },
        neighbours: { locks, broadcast },
        openStore: async () => ({ ...store, close() {} }),
        fetch,
      })
    },
    kill: (page) => page.close(),
  }
}
