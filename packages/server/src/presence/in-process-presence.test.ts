import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import type { Principal } from '../store/principal.ts'
import { createInProcessPresence } from './in-process-presence.ts'
import { PRESENCE_LEASE_MS } from './port.ts'
import { presenceContract } from './presence.contract.ts'

presenceContract('the in-process presence', () => {
  const clock = createManualClock()
  return {
    presence: createInProcessPresence({ clock }),
    pass: async (ms) => clock.advance(ms),
    close: async () => {},
  }
})

presenceContract(
  'a presence with two ends',
  () => {
    const clock = createManualClock()
    const presence = createInProcessPresence({ clock })
    const other = { ...presence }
    return { presence, other, pass: async (ms) => clock.advance(ms), close: async () => {} }
  },
  { severalProcesses: true },
)

const ANNA: Principal = { tenantId: 't', personId: 'anna' }
const show = (threadId: string) => ({ state: 'visible', thread: { roomId: 'r', threadId } }) as const
const of = (threadId: string) => ({ tenantId: 't', roomId: 'r', threadId })

it('G10 the 64 devices of a person that reported last are known', () => {
  const presence = createInProcessPresence({ clock: createManualClock() })
  for (let n = 1; n <= 64; n++) presence.report(ANNA, { deviceId: `d${n}`, ...show(`t${n}`) })
  expect(presence.attention(of('t1'))).toBe('visible')
  // Said again, it is no more the one that was heard of longest ago.
  presence.report(ANNA, { deviceId: 'd1', ...show('t1') })
  presence.report(ANNA, { deviceId: 'd65', ...show('t65') })
  expect(['t1', 't2', 't3', 't65'].map((id) => presence.attention(of(id)))).toEqual([
    'visible',
    'none',
    'visible',
    'visible',
  ])
})

it('G10 the 10,000 devices of all persons that reported last are known', () => {
  const presence = createInProcessPresence({ clock: createManualClock() })
  const report = (n: number) => presence.report({ ...ANNA, personId: `p${n}` }, { deviceId: 'd', ...show(`t${n}`) })
  for (let n = 1; n <= 10_000; n++) report(n)
  expect(presence.attention(of('t1'))).toBe('visible')
  report(10_001)
  expect(['t1', 't2', 't10001'].map((id) => presence.attention(of(id)))).toEqual(['none', 'visible', 'visible'])
})

it('I10 has no timer, and expired reports make room', () => {
  const clock = createManualClock()
  const presence = createInProcessPresence({ clock })
  for (let n = 1; n <= 64; n++) presence.report(ANNA, { deviceId: `old${n}`, ...show(`t${n}`) })
  expect(clock.waiting).toBe(0)
  clock.advance(PRESENCE_LEASE_MS)
  for (let n = 1; n <= 64; n++) presence.report(ANNA, { deviceId: `new${n}`, ...show('now') })
  expect(presence.attention(of('t64'))).toBe('none')
  expect(presence.attention(of('now'))).toBe('visible')
})
