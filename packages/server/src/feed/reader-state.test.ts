import { describe, expect, it } from 'vitest'
import { READER_TABLE, type ReaderEvent, type ReaderState } from './reader-state.ts'

const STATES: readonly ReaderState[] = ['catching-up', 'live', 'waiting-for-drain', 'ended']
const EVENTS: readonly ReaderEvent[] = ['behind', 'current', 'full', 'drained', 'end']

describe('the states of a reader', () => {
  for (const state of STATES) {
    for (const event of EVENTS) {
      it(`${state} knows what ${event} means`, () => {
        const next = READER_TABLE[state][event]
        expect(STATES).toContain(next)
        if (state === 'ended') expect(next).toBe('ended')
        else if (event === 'end') expect(next).toBe('ended')
        else if (event === 'full') expect(next).toBe('waiting-for-drain')
        else if (state === 'waiting-for-drain') expect(next).toBe(event === 'drained' ? 'catching-up' : state)
        else if (event === 'behind') expect(next).toBe('catching-up')
        else if (event === 'current') expect(next).toBe('live')
        else expect(next).toBe(state)
      })
    }
  }
})
