import { expect, it, vi } from 'vitest'
import type { Notice } from '../store/port.ts'
import { busContract } from './bus.contract.ts'
import { createInProcessBus } from './in-process-bus.ts'

busContract('the in-process bus', () => {
  const errors: unknown[] = []
  return { bus: createInProcessBus({ onListenerError: (error) => errors.push(error) }), errors, close: async () => {} }
})

it('has called every listener, once and in order, when publish returns', () => {
  const bus = createInProcessBus({ onListenerError: vi.fn() })
  const seen: Notice[] = []
  bus.subscribe((notice) => seen.push(notice))
  const key = { tenantId: 'acme', roomId: 'r', threadId: 't' }
  const notices: Notice[] = ['a', 'b', 'c'].map((runId) => ({ type: 'run.ended', key, runId }))
  for (const notice of notices) bus.publish(notice)
  expect(seen).toEqual(notices)
})
