import { type Event, EventType } from '@ag-ui/core'
import { runStarted } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { framesOf } from '../store/decide/commit.ts'
import type { LogRecord } from '../store/decide/facts.ts'
import { aguiRecord, controlRecord } from '../store/decide/records.ts'
import type { TenantThread } from '../store/tenant-thread.ts'
import { controlRecordsIn } from './control-records.ts'
import { createLifecycle, type LifecycleEvent } from './lifecycle.ts'

const KEY = { tenantId: 'acme', roomId: 'r', threadId: 't' }
const AT = '2026-01-01T00:00:00.000Z'

function open() {
  const errors: unknown[] = []
  const bus = createInProcessBus({ onListenerError: (error) => errors.push(error) })
  const lifecycle = createLifecycle({ bus, onListenerError: (error) => errors.push(error) })
  const heard: LifecycleEvent[] = []
  lifecycle.subscribe((event) => heard.push(event))
  let head = 0
  function commitTo(key: TenantThread, ...records: LogRecord[]): void {
    const frames = Buffer.from(framesOf(key, head, Date.parse(AT), records).join(''))
    bus.publish({ type: 'thread.more', key, firstSeq: head + 1, lastSeq: head + records.length, frames })
    head += records.length
  }
  return {
    errors,
    lifecycle,
    heard,
    commit: (...records: LogRecord[]) => commitTo(KEY, ...records),
    commitTo,
  }
}

const accepted = (runId: string, retryOf?: string) =>
  controlRecord(runId, {
    type: 'run.accepted',
    run: { runId, agentId: 'demo', status: 'queued', acceptedAt: AT, ...(retryOf && { retryOf }) },
    messages: [{ id: 'm', role: 'user', content: 'something private' }],
  })
const running = (runId: string) => controlRecord(runId, { type: 'run.status', status: 'running' })
const started = (runId: string) => aguiRecord(runId, runStarted({ threadId: 't', runId, messages: [], parentId: null }))
const ended = (runId: string, code?: 'worker_lost') =>
  controlRecord(runId, {
    type: 'run.ended',
    outcome: code ? { type: 'failed', code, message: 'private too' } : { type: 'succeeded' },
  })
const said = (delta: string): LogRecord =>
  aguiRecord('x', { type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'm', delta } as Event)

describe('the life of a run', () => {
  it('is reported in order, with its address and times, and without content', () => {
    const { commit, heard } = open()
    commit(accepted('x'))
    commit(running('x'), started('x'), said('private'))
    commit(
      said('"kind":"control","event":{'),
      controlRecord('x', { type: 'run.cancel-requested', by: 'me', reason: 'private' }),
    )
    commit(ended('x'))
    const place = { ...KEY, runId: 'x', at: AT }
    expect(heard).toEqual([
      { type: 'run_accepted', ...place, seq: 1, agentId: 'demo' },
      { type: 'run_started', ...place, seq: 2, agentId: 'demo', acceptedAt: AT },
      { type: 'run_cancel_requested', ...place, seq: 6, by: 'me' },
      { type: 'run_ended', ...place, seq: 7, outcome: 'succeeded', agentId: 'demo', acceptedAt: AT, startedAt: AT },
    ])
    expect(JSON.stringify(heard)).not.toContain('private')
  })

  it('distinguishes a restart from a retry, and resuming from starting', () => {
    const { commit, heard } = open()
    commit(running('x'))
    commit(ended('x', 'worker_lost'), accepted('x.again', 'x'))
    commit(accepted('y', 'x'))
    expect(heard).toMatchObject([
      { type: 'run_resumed', runId: 'x' },
      { type: 'run_ended', runId: 'x', outcome: 'failed', code: 'worker_lost' },
      { type: 'run_accepted', runId: 'x.again', retryOf: 'x', restarted: true },
      { type: 'run_accepted', runId: 'y', retryOf: 'x' },
    ])
    expect(heard[3]).not.toHaveProperty('restarted')
  })

  it('is forgotten with its thread, and other threads are not', () => {
    const { heard, commit, commitTo } = open()
    const beside = { ...KEY, threadId: `${KEY.threadId}.beside` }
    commit(accepted('x'))
    commitTo(beside, accepted('x'))
    commit(controlRecord(undefined, { type: 'thread.deleted' }))
    commit(ended('x'))
    commitTo(beside, ended('x'))
    const ends = heard.filter(({ type }) => type === 'run_ended')
    expect(ends.map((end) => 'acceptedAt' in end)).toEqual([false, true])
  })

  it('is still reported if a listener throws', () => {
    const { commit, heard, lifecycle, errors } = open()
    const undo = lifecycle.subscribe(() => {
      throw new Error('no')
    })
    lifecycle.subscribe((event) => heard.push(event))
    commit(accepted('x'))
    expect(heard).toHaveLength(2)
    expect(errors).toHaveLength(1)
    undo()
    undo()
    lifecycle.close()
    commit(ended('x'))
    expect(heard).toHaveLength(2)
  })

  it('is found among any events of an agent, and no agent event is mistaken for it', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constant('","kind":"control","event":{'),
      fc.constant('\n\nid: 1\ndata: {"v":1,"kind":"control","event":{}}\n\n'),
    )
    const custom = fc
      .record({ kind: fc.constant('control'), event: fc.dictionary(hostile, hostile) })
      .map((value) => aguiRecord('x', { type: EventType.CUSTOM, name: 'a', value: { before: 'b', ...value } } as Event))
    const record = fc.oneof(hostile.map(said), custom, fc.constantFrom(ended('x'), accepted('x'), running('x')))
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const frames = Buffer.from(framesOf(KEY, 0, 0, records).join(''))
        const found = [...controlRecordsIn(frames)].map(({ envelope }) => envelope.seq)
        expect(found).toEqual(records.flatMap(({ kind }, index) => (kind === 'control' ? [index + 1] : [])))
      }),
    )
  })
})
