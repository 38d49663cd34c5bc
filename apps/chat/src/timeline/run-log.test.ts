import type { Envelope } from '@holdfast/core'
import { createLogBuilder } from '@holdfast/core/testing'
import { describe, expect, it } from 'vitest'
import { createRunLog, MAX_LINES } from './run-log.ts'

function logOf(build: (log: ReturnType<typeof createLogBuilder>) => void): readonly Envelope[] {
  const log = createLogBuilder()
  build(log)
  return log.envelopes
}

const short = ({ what, detail, records }: { what: string; detail: string; records: number }) => [what, detail, records]

describe('the lines of a run', () => {
  it('join deltas, and say who stopped the run and why', () => {
    const envelopes = logOf((log) => {
      log.accept('r', [])
      log.start('r')
      log.agui('r', { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' })
      for (const delta of ['One', ' and', ' two'])
        log.agui('r', { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta })
      log.agui('r', { type: 'TEXT_MESSAGE_END', messageId: 'm' })
      log.control({ type: 'run.cancel-requested', by: 'you', reason: 'enough' }, 'r')
      log.end('r', { type: 'cancelled', by: 'you' })
    })
    const log = createRunLog('r')
    for (const envelope of envelopes) log.take([envelope])
    expect(log.lines.map(short)).toEqual([
      ['Accepted', '', 1],
      ['Status', 'running', 1],
      ['Started', '', 1],
      ['Answer started', '', 1],
      ['Answer', 'One and two', 3],
      ['Answer finished', '', 1],
      ['Stop requested', 'by you, enough', 1],
      ['Finished', '', 1],
      ['Ended', 'cancelled', 1],
    ])
    expect(log.lines.map(({ type }) => type).slice(3, 6)).toEqual([
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
    ])
    const says = log.lines.find(({ what }) => what === 'Answer')
    expect((says?.to ?? 0) - (says?.from ?? 0)).toBe(2_000)
    expect(log.ended).toBe(true)
  })

  it('contain only this run, one text per line, and are bounded', () => {
    const envelopes = logOf((log) => {
      log.accept('other', [])
      for (let n = 0; n < MAX_LINES + 20; n++) {
        log.agui('r', { type: 'TEXT_MESSAGE_CONTENT', messageId: `m${n}`, delta: 'x'.repeat(1_000) })
      }
    })
    const log = createRunLog('r')
    log.take(envelopes)
    expect(log.lines).toHaveLength(MAX_LINES)
    expect(log.dropped).toBe(20)
    expect(log.lines[0]?.seq).toBe(22)
    expect(log.lines[0]?.detail).toHaveLength(160)
    expect(log.ended).toBe(false)
  })

  it('use no names of the protocol, whatever an agent or a newer server sends', () => {
    const known = logOf((log) => {
      log.agui('r', { type: 'STATE_DELTA', delta: [] })
      log.agui('r', { type: 'CUSTOM', name: 'holdfast.waiting', value: {} })
      log.agui('r', { type: 'CUSTOM', name: 'weather', value: {} })
    })
    const newer = ['SOME_NEW_EVENT', 'constructor'].map((type) => ({ ...known[0], event: { type } }) as Envelope)
    const log = createRunLog('r')
    log.take([...known, ...newer])
    expect(log.lines.map(({ what, detail }) => `${what} ${detail}`.trim())).toEqual([
      'State changed',
      'Waiting for the provider',
      'Custom event weather',
      'Some new event',
      'Constructor',
    ])
  })

  it('show only the type of a malformed event', () => {
    const [envelope] = logOf((log) => log.agui('r', { type: 'TOOL_CALL_START', toolCallName: { a: 1 } }))
    const log = createRunLog('r')
    log.take([envelope as Envelope])
    expect(log.lines.map(short)).toEqual([['Tool call', '', 1]])
  })
})
