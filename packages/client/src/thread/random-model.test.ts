/** Random lives of one thread's model, beside a small server: no words are lost, and none are shown twice. */
import { emptyView, type QueueEntry, type Run, type ThreadKey } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { IDLE } from '../follow/state.ts'
import { TransportError } from '../transport/error.ts'
import { isBusy } from './activity.ts'
import type { Effect, ThreadEvent } from './event.ts'
import { model } from './model.ts'
import type { ThreadContent } from './port.ts'
import { project } from './project.ts'
import type { StartRequest } from './request.ts'
import { find, NEW_THREAD } from './state.ts'
import { unknownThread } from './store.ts'

const KEY: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const ACTS = ['start', 'enqueue', 'supersede', 'again', 'cancel', 'remove', 'dismiss', 'arrive', 'lose', 'fail', 'deliver', 'refuse', 'read', 'read', 'end'] as const // biome-ignore format: one line

type Body = StartRequest['body']

/** Accepts, queues, supersedes and cancels as the real one does, as far as a client can see. */
function createServer() {
  const runs = new Map<string, { readonly body: Body; status: string; started: boolean }>()
  const cancelled = new Set<string>()
  const all = () => [...runs.values()]
  const live = () => all().find(({ status }) => status === 'running')
  const runOf = (runId: string): Run => {
    const { status, started, body } = runs.get(runId) as { body: Body; status: string; started: boolean }
    const ended = status !== 'running' && status !== 'queued'
    return {
      runId,
      status,
      agentId: 'agent',
      ...(started && { parentId: body.messages?.at(-1)?.id }),
      ...((started || ended) && { startedAt: '2026-01-01T00:00:00Z' }),
      ...(ended && { outcome: { type: status } }),
    } as unknown as Run
  }

  function next(): void {
    const waiting = all().find(({ status }) => status === 'queued')
    if (live() || !waiting) return
    waiting.status = 'running'
    waiting.started = true
  }

  return {
    has: (runId: string) => runs.has(runId),
    accept(body: Body): Run | undefined {
      const { runId, onBusy } = body
      if (runs.has(runId)) return runOf(runId)
      const now = live()
      if (now && onBusy === undefined) return undefined
      if (now && onBusy === 'supersede') now.status = 'superseded'
      const waits = now !== undefined && onBusy === 'enqueue'
      runs.set(runId, { body, status: waits ? 'queued' : 'running', started: !waits })
      if (cancelled.has(runId)) this.cancel(runId)
      return runOf(runId)
    },
    cancel(runId: string): void {
      cancelled.add(runId)
      const run = runs.get(runId)
      if (run?.status === 'running' || run?.status === 'queued') run.status = 'cancelled'
      next()
    },
    end(): void {
      const now = live()
      if (now) now.status = 'succeeded'
      next()
    },
    read() {
      const queue = all()
        .filter(({ status }) => status === 'queued')
        .map(({ body }) => ({ run: runOf(body.runId), messages: body.messages }) as unknown as QueueEntry)
      const messages = all().flatMap(({ started, body }) =>
        started ? body.messages.map((message) => ({ ...message, parentId: null })) : [],
      )
      return { ...emptyView(KEY), messages, runs: all().map(({ body }) => runOf(body.runId)), queue }
    },
  }
}

function createWorld() {
  const server = createServer()
  let state = NEW_THREAD
  let content: ThreadContent = { type: 'loading' }
  let shown = unknownThread(KEY)
  const posts: { readonly body: Body; stopped: boolean }[] = []
  const cancels: Extract<Effect, { type: 'deliver-cancel' }>[] = []
  /** By message id. */
  const asked = new Map<string, string>()
  /** Texts that the person has again, or does not want any more. */
  const settled = new Set<string>()
  let count = 0

  function dispatch(event: ThreadEvent): void {
    const next = model(KEY, state, event)
    state = next.state
    for (const effect of next.effects) {
      if (effect.type === 'post') posts.push({ body: effect.body, stopped: false })
      if (effect.type === 'deliver-cancel') cancels.push(effect)
      if (effect.type === 'stop-posting')
        for (const post of posts) if (post.body.runId === effect.runId) post.stopped = true
    }
    shown = project(shown, state, content, IDLE)
  }

  function start(text: string, onBusy?: 'enqueue' | 'supersede'): void {
    if (isBusy(state.activity) && onBusy === undefined) return
    count += 1
    const ids = { run: `run-${count}`, message: `message-${count}` }
    const words = shown.failedStart?.text
    // Sent again, the words are on their way again. Other words that are sent make the shown ones useless.
    if (words === text) settled.delete(text)
    else if (words !== undefined) settled.add(words)
    dispatch({ type: 'start', asked: { text, ...(onBusy && { onBusy }) }, ids, leaf: null, at: 0, signedOut: false })
    for (const { id } of posts.at(-1)?.body.messages ?? []) asked.set(id, text)
  }

  function answer(how: 'arrives' | 'is lost' | 'fails'): void {
    const [post] = posts
    if (!post) return
    const { body, stopped } = post
    const run = how === 'fails' ? undefined : server.accept(body)
    if (how === 'is lost' && !stopped) return
    posts.shift()
    if (run && how === 'arrives') dispatch({ type: 'start-accepted', run, announce: body.onBusy === undefined })
    else {
      const error = new TransportError({ type: 'unavailable', status: 502 })
      dispatch({ type: 'start-failed', runId: body.runId, ...(!stopped && { error }) })
    }
  }

  function deliver(isRefused: boolean): void {
    const [cancel] = cancels
    if (!cancel) return
    const { runId, recalls } = cancel
    // A recalled start is decided once its request has ended.
    if (recalls && posts.some(({ body }) => body.runId === runId)) return
    cancels.shift()
    const known = server.has(runId)
    if (!isRefused) server.cancel(runId)
    const run = find(state, runId)
    const isUnneeded = run !== undefined && run.status !== 'running' && run.status !== 'queued'
    dispatch({ type: isRefused && !isUnneeded ? 'cancel-failed' : 'cancel-delivered', runId })
    if (recalls) dispatch({ type: 'recall-decided', runId, known })
  }

  const cancel = (runId: string | undefined) => {
    if (runId !== undefined) dispatch({ type: 'cancel', runId, reason: undefined, signedOut: false })
  }

  const perform: Record<(typeof ACTS)[number], () => void> = {
    start: () => start(`text ${count}`),
    enqueue: () => start(`text ${count}`, 'enqueue'),
    supersede: () => start(`text ${count}`, 'supersede'),
    again: () => shown.failedStart && start(shown.failedStart.text, 'enqueue'),
    cancel: () => cancel(isBusy(state.activity) ? state.activity.runId : undefined),
    remove() {
      const [item] = shown.queue.items
      if (item) settled.add(item.text)
      cancel(item?.runId)
    },
    dismiss() {
      if (shown.failedStart) settled.add(shown.failedStart.text)
      dispatch({ type: 'dismiss' })
    },
    arrive: () => answer('arrives'),
    lose: () => answer('is lost'),
    fail: () => answer('fails'),
    deliver: () => deliver(false),
    refuse: () => deliver(true),
    read() {
      const view = server.read()
      content = { type: 'ready', view }
      const { runs, queue, queuePaused, interrupts } = view
      dispatch({ type: 'read', log: { runs, queue, queuePaused, interrupts } })
    },
    end: () => server.end(),
  }

  function check(): void {
    const said = content.type === 'ready' ? content.view.messages.map(({ id }) => id) : []
    const onScreen = [...said, ...shown.pending.map(({ id }) => id)]
    const texts = [...onScreen.map((id) => asked.get(id)), ...shown.queue.items.map(({ text }) => text)]
    const returned = [...state.commands.values()].flatMap(({ start: each }) => each?.returned?.failed.text ?? [])
    for (const text of new Set(asked.values())) {
      const times = texts.filter((each) => each === text).length
      expect(times, `${text} is shown ${times} times`).toBeLessThanOrEqual(1)
      const isSomewhere = times > 0 || returned.includes(text) || settled.has(text)
      expect(isSomewhere, `${text} is lost`).toBe(true)
    }
  }

  return { perform, check, posts, cancels, state: () => state, shown: () => shown }
}

it('whatever is sent, answered, lost, cancelled and read in whatever order: words are shown once, are in the log, or go back', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ACTS), { maxLength: 60 }), (acts) => {
      const world = createWorld()
      for (const act of acts) {
        world.perform[act]()
        world.check()
      }
      // In the end everything is answered and read, and nothing is left on its way.
      for (let round = 0; round < 80; round += 1) {
        for (const act of ['arrive', 'deliver', 'read', 'end'] as const) world.perform[act]()
        world.check()
      }
      world.perform.read()
      expect([world.posts, world.cancels]).toEqual([[], []])
      expect([world.shown().pending, world.shown().queue.items]).toEqual([[], []])
      expect(world.state().activity.type).toBe('idle')
      for (const { start, stop } of world.state().commands.values())
        expect([start?.phase ?? 'returned', stop]).toEqual(['returned', undefined])
    }),
    { numRuns: 500, examples: [[['start', 'enqueue', 'fail', 'enqueue', 'arrive', 'cancel']]] },
  )
})
