import { describe, expect, it } from 'vitest'
import { createLogger, type LogLevel } from '../operate/logger.ts'
import { StoreFault } from '../store/fault.ts'
import { createJournal } from './journal.ts'

const lease = { tenantId: 'acme', roomId: 'r', threadId: 't', runId: 'x', epoch: 1 }
const address = { tenantId: 'acme', roomId: 'r', threadId: 't', runId: 'x' }

function open(level: LogLevel = 'info') {
  const lines: string[] = []
  const logger = createLogger({ level, form: 'json', write: (line) => lines.push(line) })
  return {
    ...createJournal(logger),
    said: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    lines,
  }
}

describe('the log of a server process', () => {
  it('has a line for each event that an operator should see, with the run’s address', () => {
    const { note, engine, lived, said } = open()
    note('Stopping.')
    engine({ type: 'orphans_settled', count: 2 })
    engine({ type: 'lease_lost', lease })
    engine({ type: 'run_released', lease })
    engine({ type: 'run_resumed', lease, events: 3, times: 1 })
    engine({ type: 'agent_left_behind', lease, lateEvents: 3, stopped: false })
    lived({ type: 'run_ended', ...address, at: 'then', seq: 7, outcome: 'failed', code: 'agent_error' })
    expect(said()).toMatchObject([
      { level: 'info', msg: 'Stopping.' },
      { level: 'warn', count: 2 },
      { level: 'warn', ...address },
      { level: 'info', ...address },
      { level: 'info', ...address, events: 3 },
      { level: 'warn', ...address, lateEvents: 3, stopped: false },
      { level: 'info', event: 'run_ended', ...address, outcome: 'failed', code: 'agent_error' },
    ])
  })

  it('has the stack and the cause of an unexpected error', () => {
    const { engine, report, said } = open()
    const error = new StoreFault('storage_full', 'The disk is full.', { cause: new Error('why') })
    engine({ type: 'store_fault', during: 'claim', code: 'storage_full', error })
    engine({ type: 'run_broke', lease, error })
    report(error, 'It failed.', { roomId: 'r' })
    report({ not: 'an error' }, 'Odd.')
    const err = { type: 'StoreFault', code: 'storage_full', stack: error.stack, cause: { message: 'why' } }
    expect(said()).toMatchObject([
      { level: 'error', during: 'claim', code: 'storage_full', err },
      { level: 'error', ...address, err },
      { level: 'error', roomId: 'r', msg: 'It failed.', err },
      { msg: 'Odd.', err: { type: 'object' } },
    ])
  })

  it('says where an agent threw, without its message below debug level', () => {
    const error = Object.assign(new TypeError('Could not answer\n    at my secret question'), {
      requestBody: 'my secret question',
      code: 'E_WHAT',
    })
    const { engine, said, lines } = open()
    engine({ type: 'agent_threw', lease, error })
    expect(lines.join('')).not.toContain('secret')
    expect(said()).toMatchObject([{ level: 'error', ...address, err: { type: 'TypeError', code: 'E_WHAT' } }])
    expect(said()[0]?.err).toMatchObject({ stack: expect.stringMatching(/^TypeError\n {4}at .*journal\.test\.ts/) })

    const looking = open('debug')
    looking.engine({ type: 'agent_threw', lease, error })
    expect(looking.said()).toHaveLength(2)
    expect(looking.lines.join('')).toContain('my secret question')
    expect(looking.lines.join('')).not.toContain('requestBody')
  })

  it('has requests only at debug level', () => {
    const { tenantId: _, ...asked } = address
    const request = { method: 'GET', ...asked, header: () => 'private' }
    const answer = { method: 'GET', route: '/v1/rooms', status: 200, ms: 1.234 }
    const quiet = open()
    quiet.answered(request, answer)
    expect(quiet.lines).toEqual([])
    const looking = open('debug')
    looking.answered(request, answer)
    expect(looking.said()).toMatchObject([{ level: 'debug', ...asked, ...answer, ms: 1.2 }])
    expect(looking.lines.join('')).not.toContain('private')
  })
})
