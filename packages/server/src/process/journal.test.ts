import { describe, expect, it } from 'vitest'
import { createJournal } from './journal.ts'

const lease = { roomId: 'r', threadId: 't', runId: 'x', epoch: 1 }

describe('what a server process says', () => {
  it('is a line for each thing an operator should hear, with the run’s address', () => {
    const lines: string[] = []
    const { note, engine } = createJournal((line) => lines.push(line))
    note('Stopping.')
    engine({ type: 'orphans_settled', count: 2 })
    engine({ type: 'lease_lost', lease })
    engine({ type: 'agent_left_behind', lease, lateEvents: 3, stopped: false })
    expect(lines).toEqual([
      'holdfast: Stopping.\n',
      'holdfast: settled 2 run(s) that an earlier process left unfinished.\n',
      'holdfast: lost the lease of r/t/x.\n',
      'holdfast: left a cancelled agent behind: r/t/x (3 late events).\n',
    ])
  })

  it('has the stack of what nobody expected', () => {
    const lines: string[] = []
    const { engine, report } = createJournal((line) => lines.push(line))
    const error = new Error('why')
    engine({ type: 'store_fault', during: 'claim', code: 'unknown', error })
    engine({ type: 'agent_threw', lease, error })
    engine({ type: 'run_broke', lease, error })
    report({ not: 'an error' }, 'Odd.')
    for (const line of lines.slice(0, 3)) expect(line).toContain(error.stack)
    expect(lines[3]).toBe("holdfast: Odd. { not: 'an error' }\n")
  })
})
