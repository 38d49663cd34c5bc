/** What a server process says on its way: one line an event on stderr, a stack only for what nobody expected. */
import { inspect } from 'node:util'
import type { EngineLog } from '../engine/log.ts'
import type { Report } from '../http/problem-error.ts'

export interface Journal {
  note(sentence: string): void
  readonly report: Report
  readonly engine: EngineLog
}

export function createJournal(write: (line: string) => void): Journal {
  const report: Report = (fault, what) => write(`holdfast: ${what} ${describe(fault)}\n`)
  return {
    note: (sentence) => write(`holdfast: ${sentence}\n`),
    report,
    engine(entry) {
      const run =
        'lease' in entry && entry.lease ? ` ${entry.lease.roomId}/${entry.lease.threadId}/${entry.lease.runId}` : ''
      switch (entry.type) {
        case 'orphans_settled':
          return write(`holdfast: settled ${entry.count} run(s) that an earlier process left unfinished.\n`)
        case 'run_resumed':
          return write(`holdfast: went on, after ${entry.events} events, with${run}.\n`)
        case 'run_released':
          return write(`holdfast: left to the next process:${run}.\n`)
        case 'lease_lost':
          return write(`holdfast: lost the lease of${run}.\n`)
        case 'agent_left_behind':
          return write(`holdfast: left a cancelled agent behind:${run} (${entry.lateEvents} late events).\n`)
        case 'store_fault':
          return report(entry.error, `The store could not ${entry.during} (${entry.code}):${run}`)
        case 'agent_threw':
          return report(entry.error, `An agent threw:${run}`)
        case 'run_broke':
          return report(entry.error, `The engine failed:${run}`)
      }
    },
  }
}

function describe(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : inspect(fault)
}
