/** The pure model of a thread: each event in each state. */
import { emptyView, type Run, type StartBody, type ThreadKey } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { IDLE } from '../follow/state.ts'
import { TransportError } from '../transport/error.ts'
import type { Effect, ThreadEvent } from './event.ts'
import type { LogFacts } from './log.ts'
import { model } from './model.ts'
import type { ThreadContent } from './port.ts'
import { project } from './project.ts'
import { NEW_THREAD, startOf, type ThreadModel } from './state.ts'
import { unknownThread } from './store.ts'

const KEY: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const ERROR = new TransportError({ type: 'unavailable', status: 502 })

function runOf(runId: string, status: Run['status'], more: Partial<Run> = {}): Run {
  return { runId, status, agentId: 'agent', startedAt: '2026-01-01T00:00:00Z', ...more } as unknown as Run
}

function logOf(...runs: readonly Run[]): LogFacts {
  return { runs, queue: [], queuePaused: false, interrupts: [] }
}

function start(text: string, runId: string, onBusy?: 'enqueue' | 'supersede'): ThreadEvent {
  const asked = { text, ...(onBusy && { onBusy }) }
  return { type: 'start', asked, ids: { run: runId, message: `of-${runId}` }, leaf: null, at: 0, signedOut: false }
}

const cancel = (runId: string): ThreadEvent => ({ type: 'cancel', runId, reason: undefined, signedOut: false })

function after(...events: readonly ThreadEvent[]): ThreadModel {
  return events.reduce((state, event) => model(KEY, state, event).state, NEW_THREAD)
}

const SENT = start('Hello', 'run')
const ACCEPTED: ThreadEvent = { type: 'start-accepted', run: runOf('run', 'queued'), announce: true }
const RUNNING: ThreadEvent = { type: 'read', log: logOf(runOf('run', 'running')) }

const STATES = {
  nothing: NEW_THREAD,
  sending: after(SENT),
  acknowledged: after(SENT, ACCEPTED),
  recalling: after(SENT, cancel('run')),
  recalled: after(SENT, cancel('run'), ACCEPTED),
  ending: after(SENT, cancel('run'), ACCEPTED, RUNNING),
  returned: after(SENT, { type: 'start-failed', runId: 'run', error: ERROR }),
  running: after(SENT, ACCEPTED, RUNNING),
  stopping: after(SENT, ACCEPTED, RUNNING, cancel('run')),
  stopped: after(SENT, ACCEPTED, RUNNING, cancel('run'), { type: 'cancel-delivered', runId: 'run' }),
} satisfies Record<string, ThreadModel>

const EVENTS: { readonly [T in ThreadEvent['type']]: Extract<ThreadEvent, { type: T }> } = {
  start: start('Other', 'other', 'enqueue') as Extract<ThreadEvent, { type: 'start' }>,
  cancel: cancel('run') as Extract<ThreadEvent, { type: 'cancel' }>,
  'change-queue': { type: 'change-queue', id: 1, wish: { type: 'paused', paused: true } },
  dismiss: { type: 'dismiss' },
  restore: {
    type: 'restore',
    stored: { key: KEY, runId: 'earlier', start: { runId: 'earlier', messages: [] } as StartBody },
    leaf: null,
    givenUp: false,
    signedOut: false,
  },
  'given-up-elsewhere': { type: 'given-up-elsewhere', runId: 'run' },
  'start-accepted': ACCEPTED as Extract<ThreadEvent, { type: 'start-accepted' }>,
  'start-failed': { type: 'start-failed', runId: 'run', error: ERROR },
  'cancel-delivered': { type: 'cancel-delivered', runId: 'run' },
  'cancel-failed': { type: 'cancel-failed', runId: 'run' },
  'recall-decided': { type: 'recall-decided', runId: 'run', known: false },
  'live-cancelled': { type: 'live-cancelled', runId: 'run' },
  'queue-changed': { type: 'queue-changed', id: 1 },
  'queue-change-failed': { type: 'queue-change-failed', id: 1 },
  read: { type: 'read', log: logOf(runOf('run', 'succeeded', { outcome: { type: 'succeeded' } } as Partial<Run>)) },
  'caught-up': { type: 'caught-up' },
  deleted: { type: 'deleted' },
  missing: { type: 'missing' },
}

/** The phase of the start, the phase of the cancel, the activity. */
function summary(state: ThreadModel): string {
  const stop = state.commands.get('run')?.stop
  return [startOf(state, 'run')?.phase ?? '-', stop?.phase ?? '-', state.activity.type].join(' ')
}

const effectsOf = (effects: readonly Effect[]) => effects.map(({ type }) => type).join(' ')

/** The state after the event (`=`: as before) and the effects. What is not listed changes nothing and causes nothing. */
const TABLE: {
  readonly [S in keyof typeof STATES]: { readonly [T in ThreadEvent['type']]?: readonly [string, string] }
} = {
  nothing: {
    start: ['- - starting', 'store post'],
    cancel: ['- sending idle', 'store deliver-cancel'],
    'change-queue': ['=', 'change-queue'],
    restore: ['- - starting', 'store post'],
    'start-accepted': ['=', 'announce thread-exists'],
    'live-cancelled': ['- - cancelling', ''],
    read: ['=', 'announce'],
    deleted: ['=', 'announce'],
    missing: ['=', 'announce'],
  },
  sending: {
    start: ['=', 'store post'],
    cancel: ['recalling sending idle', 'store deliver-cancel mark-given-up stop-posting'],
    'change-queue': ['=', 'change-queue'],
    restore: ['=', 'store post'],
    'given-up-elsewhere': ['- - idle', 'settle stop-posting'],
    'start-accepted': ['acknowledged - active', 'settle announce thread-exists stop-posting'],
    'start-failed': ['returned - idle', 'store announce stop-posting'],
    'recall-decided': ['returned - idle', 'store stop-posting'],
    'live-cancelled': ['sending - cancelling', ''],
    read: ['- - idle', 'settle stop-posting announce'],
    deleted: ['returned - idle', 'store stop-posting announce'],
  },
  acknowledged: {
    start: ['=', 'store post'],
    cancel: ['acknowledged sending cancelling', 'store deliver-cancel'],
    'change-queue': ['=', 'change-queue'],
    restore: ['=', 'store post'],
    'start-accepted': ['=', 'announce thread-exists'],
    'live-cancelled': ['acknowledged - cancelling', ''],
    read: ['- - idle', 'stop-posting announce'],
    deleted: ['- - idle', 'announce'],
  },
  recalling: {
    start: ['recalling sending starting', 'store post'],
    'change-queue': ['=', 'change-queue'],
    restore: ['recalling sending starting', 'store post'],
    'start-accepted': ['recalled sending idle', 'store thread-exists stop-posting'],
    'start-failed': ['returned sending idle', 'store announce stop-posting'],
    'cancel-delivered': ['recalling - idle', ''],
    'cancel-failed': ['sending - idle', 'store'],
    'recall-decided': ['returned sending idle', 'store stop-posting'],
    'live-cancelled': ['recalling sending cancelling', ''],
    read: ['- sending idle', 'store stop-posting stop-cancelling announce'],
    deleted: ['returned - idle', 'store stop-posting announce stop-cancelling'],
  },
  recalled: {
    start: ['recalled sending starting', 'store post'],
    'change-queue': ['=', 'change-queue'],
    restore: ['recalled sending starting', 'store post'],
    'start-accepted': ['=', 'thread-exists'],
    'cancel-delivered': ['recalled - idle', 'settle'],
    'cancel-failed': ['acknowledged - idle', 'settle stop-posting'],
    'live-cancelled': ['recalled sending cancelling', ''],
    read: ['- sending idle', 'stop-posting stop-cancelling announce'],
    deleted: ['- - idle', 'settle announce stop-cancelling'],
  },
  ending: {
    start: ['ending sending starting', 'store post'],
    'change-queue': ['=', 'change-queue'],
    restore: ['ending sending starting', 'store post'],
    'start-accepted': ['=', 'thread-exists'],
    'cancel-delivered': ['ending acknowledged idle', 'settle'],
    'cancel-failed': ['- - active', 'settle stop-posting'],
    'live-cancelled': ['ending sending cancelling', ''],
    read: ['- sending idle', 'stop-posting stop-cancelling announce'],
    deleted: ['- - idle', 'settle announce stop-cancelling'],
  },
  returned: {
    start: ['- - starting', 'settle store post'],
    cancel: ['returned sending idle', 'store deliver-cancel'],
    'change-queue': ['=', 'change-queue'],
    dismiss: ['=', 'settle'],
    restore: ['returned - starting', 'store post'],
    'start-accepted': ['- - idle', 'settle announce thread-exists stop-posting'],
    'live-cancelled': ['returned - cancelling', ''],
    read: ['- - idle', 'settle stop-posting announce'],
    deleted: ['=', 'announce'],
    missing: ['=', 'announce'],
  },
  running: {
    start: ['=', 'store post'],
    cancel: ['- sending cancelling', 'store deliver-cancel'],
    'change-queue': ['=', 'change-queue'],
    restore: ['=', 'store post'],
    'start-accepted': ['=', 'announce thread-exists'],
    'live-cancelled': ['- - cancelling', ''],
    read: ['- - idle', 'announce'],
    deleted: ['- - idle', 'announce'],
    missing: ['- - idle', 'announce'],
  },
  stopping: {
    start: ['=', 'store post'],
    'change-queue': ['=', 'change-queue'],
    restore: ['=', 'store post'],
    'start-accepted': ['=', 'announce thread-exists'],
    'cancel-delivered': ['- acknowledged cancelling', 'settle'],
    'cancel-failed': ['- - active', 'settle'],
    read: ['- sending idle', 'stop-cancelling announce'],
    deleted: ['- - idle', 'settle announce stop-cancelling'],
    missing: ['- - idle', 'settle announce stop-cancelling'],
  },
  stopped: {
    start: ['=', 'store post'],
    cancel: ['- sending cancelling', 'store deliver-cancel'],
    'change-queue': ['=', 'change-queue'],
    restore: ['=', 'store post'],
    'start-accepted': ['=', 'announce thread-exists'],
    'cancel-failed': ['- - active', ''],
    read: ['- - idle', 'announce'],
    deleted: ['- - idle', 'announce stop-cancelling'],
    missing: ['- - idle', 'announce stop-cancelling'],
  },
}

describe.each(Object.entries(STATES))('a thread in which a run is: %s', (name, state) => {
  it.each(Object.values(EVENTS).map((event) => [event.type, event] as const))('%s', (type, event) => {
    const [moved, effects] = TABLE[name as keyof typeof STATES][type] ?? ['=', '']
    const next = model(KEY, state, event)
    expect([summary(next.state), effectsOf(next.effects)]).toEqual([moved === '=' ? summary(state) : moved, effects])
  })
})

it('is pure: an event gives the same state and effects each time, and changes no state that it was given', () => {
  for (const state of Object.values(STATES)) {
    const before = structuredClone({ ...state, commands: [...state.commands.keys()] })
    for (const event of Object.values(EVENTS)) expect(model(KEY, state, event)).toEqual(model(KEY, state, event))
    expect({ ...state, commands: [...state.commands.keys()] }).toEqual(before)
  }
})

it('a command is stored before it is sent', () => {
  for (const state of Object.values(STATES)) {
    for (const event of Object.values(EVENTS)) {
      const order = effectsOf(model(KEY, state, event).effects).split(' ')
      const sent = order.findIndex((type) => type === 'post' || type === 'deliver-cancel')
      if (sent >= 0) expect(order.slice(0, sent)).toContain('store')
    }
  }
})

it('S004-29 words that the person took back come without an error', () => {
  const { state } = model(KEY, STATES.recalling, EVENTS['recall-decided'])
  expect(startOf(state, 'run')?.returned?.failed).toEqual({ runId: 'run', text: 'Hello' })
})

it('what looks the same is the same: projecting twice gives the same reference, part by part', () => {
  const content: ThreadContent = { type: 'ready', view: { ...emptyView(KEY), seq: 1 } }
  const shown = project(unknownThread(KEY), STATES.sending, content, IDLE)
  expect(shown.pending).toMatchObject([{ id: 'of-run', content: 'Hello' }])
  expect(project(shown, STATES.sending, content, IDLE)).toBe(shown)
  const next = project(shown, STATES.sending, { type: 'ready', view: emptyView(KEY) }, IDLE)
  expect([next.pending, next.queue, next.activity]).toEqual([shown.pending, shown.queue, shown.activity])
  expect(next.pending).toBe(shown.pending)
  expect(next.queue).toBe(shown.queue)
})
