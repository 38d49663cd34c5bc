import { createManualShared } from '@holdfast/client/testing'
import { expect, it, vi } from 'vitest'
import { createOffer } from './offer.ts'
import type { Permission } from './permission.ts'

function setUp(permission: Permission, shared = createManualShared()) {
  const ask = vi.fn(async () => permission)
  const show = vi.fn((turnOn: () => void) => turnOn())
  const permissions = { snapshot: () => permission, subscribe: () => () => {}, ask }
  return { offer: createOffer({ permissions, shared: shared.page(), show }), ask, show, shared }
}

it('notifications are offered once in a browser, after a run has ended in the background, and asked for by a click', () => {
  const { offer, ask, show, shared } = setUp('default')
  expect(show).not.toHaveBeenCalled()
  offer()
  offer()
  expect([show.mock.calls.length, ask.mock.calls.length]).toEqual([1, 1])
  const next = setUp('default', shared)
  next.offer()
  expect(next.show).not.toHaveBeenCalled()
})

it('nothing is offered where the person has decided, or where there is nothing to turn on', () => {
  for (const permission of ['granted', 'denied', 'unsupported'] as const) {
    const { offer, show } = setUp(permission)
    offer()
    expect(show).not.toHaveBeenCalled()
  }
})
