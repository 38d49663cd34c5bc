import { frame, type ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import type { Notice } from '../store/port.ts'
import type { TenantThread } from '../store/tenant-thread.ts'
import { busContract } from './bus.contract.ts'
import { createInProcessBus } from './in-process-bus.ts'
import { createStrictBus, type DroppedNotice } from './strict-bus.ts'

const A: TenantThread = { tenantId: 'acme', roomId: 'r', threadId: 'a' }
const KEY_OF_A: ThreadKey = { roomId: 'r', threadId: 'a' }
const B: TenantThread = { tenantId: 'acme', roomId: 'r', threadId: 'b' }

busContract('the strict bus', () => {
  const errors: unknown[] = []
  const inner = createInProcessBus({ onListenerError: (error) => errors.push(error) })
  return { bus: createStrictBus(inner, vi.fn()), errors, close: async () => {} }
})

busContract(
  'a strict bus at either end of another one',
  () => {
    const errors: unknown[] = []
    const inner = createInProcessBus({ onListenerError: (error) => errors.push(error) })
    const [bus, other] = [createStrictBus(inner, vi.fn()), createStrictBus(inner, vi.fn())]
    return { bus, other, errors, close: async () => {} }
  },
  { severalProcesses: true },
)

function framesOf({ roomId, threadId }: ThreadKey, seq = 7): Uint8Array {
  const head = { roomId, threadId, runId: 'x', seq, at: '2026-01-01T00:00:00.000Z', kind: 'agui' } as const
  return new TextEncoder().encode(frame(head, '{"type":"RAW"}'))
}

const more = (key: TenantThread, frames?: Uint8Array): Notice => ({
  type: 'thread.more',
  key,
  firstSeq: 7,
  lastSeq: 7,
  ...(frames && { frames }),
})

function listening() {
  const dropped: DroppedNotice[] = []
  const bus = createStrictBus(createInProcessBus({ onListenerError: vi.fn() }), (one) => dropped.push(one))
  const heard: Notice[] = []
  bus.subscribe((notice) => heard.push(notice))
  // However many listen, a notice is dropped once.
  bus.subscribe(() => {})
  return { bus, dropped, heard }
}

it('passes on a notice with an address, with frames of that thread or without frames', () => {
  const { bus, dropped, heard } = listening()
  const good: Notice[] = [
    more(A),
    more(B, framesOf(B)),
    { type: 'run.queued', key: A, runId: 'x' },
    { type: 'inbox.more', tenantId: 'acme' },
    { type: 'inbox.more', tenantId: 'acme', personId: 'alice' },
    { type: 'inbox.more', tenantId: 'acme', personId: 'alice' },
    { type: 'thread.deleted', key: B },
    { type: 'room.deleted', tenantId: 'acme', roomId: 'r' },
  ]
  for (const notice of good) bus.publish(notice)
  expect(heard).toEqual(good)
  expect(dropped).toEqual([])
})

it.each<readonly [string, unknown, DroppedNotice]>([
  ['no address', { ...more(A), key: undefined }, { type: 'thread.more', reason: 'missing' }],
  ['null', { type: 'run.cancel', key: null, runId: 'x' }, { type: 'run.cancel', reason: 'missing' }],
  ['half an address', { ...more(A), key: { roomId: 'r' } }, { type: 'thread.more', reason: 'invalid' }],
  ['an empty id', { ...more(A), key: { ...A, threadId: '' } }, { type: 'thread.more', reason: 'invalid' }],
  ['what is no id', { type: 'run.ended', key: { ...A, roomId: 'a/b' } }, { type: 'run.ended', reason: 'invalid' }],
  ['no tenant', { type: 'inbox.more' }, { type: 'inbox.more', reason: 'missing' }],
  ['what is no person', { type: 'inbox.more', tenantId: 'a', personId: 7 }, { type: 'inbox.more', reason: 'invalid' }],
  ['what is no person', { type: 'inbox.more', tenantId: 'a', personId: 7 }, { type: 'inbox.more', reason: 'invalid' }],
  ['a room of no tenant', { type: 'room.deleted', roomId: 'r' }, { type: 'room.deleted', reason: 'missing' }],
  [
    'what is no room',
    { type: 'room.deleted', tenantId: 'a', roomId: 'b/c' },
    { type: 'room.deleted', reason: 'invalid', tenantId: 'a' },
  ],
  ['a thread of no tenant', { ...more(A), key: KEY_OF_A }, { type: 'thread.more', reason: 'missing', ...KEY_OF_A }],
  ['an empty tenant', more({ ...A, tenantId: '' }), { type: 'thread.more', reason: 'invalid', ...KEY_OF_A }],
  ['another thread’s frames', more(A, framesOf(B)), { type: 'thread.more', reason: 'foreign', ...A }],
  ['a longer id’s', more(A, framesOf({ ...A, threadId: 'ab' })), { type: 'thread.more', reason: 'foreign', ...A }],
  ['another room’s', more(A, framesOf({ ...A, roomId: 's' })), { type: 'thread.more', reason: 'foreign', ...A }],
  ['no frames at all', more(A, new Uint8Array(3)), { type: 'thread.more', reason: 'foreign', ...A }],
  ['nothing', undefined, { type: 'undefined', reason: 'missing' }],
])('S001-26 S001-49 drops with its reason, once, and delivers to no one: %s', (_, notice, reason) => {
  const { bus, dropped, heard } = listening()
  bus.publish(notice as Notice)
  expect(heard).toEqual([])
  expect(dropped).toEqual([reason])
  bus.publish(more(A, framesOf(A)))
  expect(heard).toHaveLength(1)
})
