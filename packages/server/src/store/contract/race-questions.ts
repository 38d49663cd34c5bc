/** The questions of a race: what was acknowledged about them, and whether the log agrees. */
import { type Envelope, isEnded, type Outcome, type Run } from '@holdfast/core'
import { expect } from 'vitest'
import { START } from './world.ts'

/** Some questions expire this long after they were asked. */
const EXPIRY_MS = 10_000

export function createQuestions() {
  let now = START
  /** By thread and question: the run whose answer was accepted. */
  const answers = new Map<string, string>()
  /** Threads and runs whose questions a stop resolved. */
  const withdrawn = new Set<string>()
  const nameOf = (thread: string, runId: string) => `${thread} ${questionOf(runId)}`

  return {
    advance(ms: number): void {
      now += ms
    },
    outcomeOf(runId: string): Outcome {
      const expires = Number(runId.slice(2)) % 2 === 0
      const expiresAt = new Date(now + EXPIRY_MS).toISOString()
      return {
        type: 'interrupted',
        interrupts: [{ id: questionOf(runId), reason: 'approval', ...(expires && { expiresAt }) }],
      }
    },
    answered(thread: string, ids: readonly string[], by: string): void {
      for (const id of ids) {
        expect(answers.has(`${thread} ${id}`), `${id} is answered once`).toBe(false)
        answers.set(`${thread} ${id}`, by)
      }
    },
    withdrawn(thread: string, runId: string): void {
      withdrawn.add(nameOf(thread, runId))
    },
    /** Every question was resolved once, as it was acknowledged, and the run that asked it says so. */
    expectResolvedOnce(thread: string, log: readonly Envelope[], runs: readonly Run[]): void {
      for (const run of runs) {
        if (!isEnded(run) || run.status !== 'interrupted') continue
        const id = questionOf(run.runId)
        const found = log.filter(({ event }) => event.type === 'interrupts.resolved' && event.interruptIds.includes(id))
        expect(found, `${id} is resolved once`).toHaveLength(1)
        const name = nameOf(thread, run.runId)
        const status = answers.has(name) ? 'answered' : withdrawn.has(name) ? 'cancelled' : run.resolved
        expect(run.resolved).toBe(status)
        expect(found[0]?.event).toMatchObject({ status })
        const going = runs.filter(({ continues }) => continues === run.runId)
        expect(going.length, `${id} has one answer at most`).toBe(status === 'answered' ? 1 : 0)
      }
    },
  }
}

const questionOf = (runId: string) => `question-of-${runId}`
