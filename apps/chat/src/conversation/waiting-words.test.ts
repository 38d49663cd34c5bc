import { TransportError } from '@holdfast/client'
import { expect, it } from 'vitest'
import type { Connection } from '../frame/connection.ts'
import { waitingWords } from './waiting-words.ts'

const AWAY: readonly Connection[] = [
  { type: 'reconnecting' },
  { type: 'refused', error: new TransportError({ type: 'unavailable', status: 502 }) },
]

it('a message that cannot arrive says that it will be sent, never that it is being sent or stopped', () => {
  for (const connection of AWAY) {
    expect(waitingWords('starting', connection)).toBe('Will be sent when the server is back')
    expect(waitingWords('cancelling', connection)).toBe('Will be stopped when the server is back')
  }
  expect(waitingWords('starting', { type: 'signed-out' })).toBe('Will be sent once you sign in')
})

it('nothing is said while requests arrive, nor of a run that goes on', () => {
  for (const type of ['fine', 'polls'] as const) expect(waitingWords('starting', { type })).toBeUndefined()
  expect(waitingWords('active', { type: 'reconnecting' })).toBeUndefined()
  expect(waitingWords('idle', { type: 'reconnecting' })).toBeUndefined()
})
