/**
 * Checks a person's answer against the JSON Schema that an agent sent with its question. The schema is untrusted: it is
 * interpreted and never compiled to code, no reference is fetched, and the check runs in a thread of its own that ends
 * after a fixed time, even inside a regular expression. A schema that cannot be used accepts every answer: only its own
 * agent depends on it.
 *
 * Does not know: which question it is, what the answer causes.
 */
import { Worker } from 'node:worker_threads'

/** UTF-16 units of JSON. A form that a person can fill in is far smaller. */
const MAX_SCHEMA = 64 * 1024
const MAX_MISFITS = 20
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 }

/** What the thread gets, both as JSON. */
export interface AnswerCheck {
  readonly schema: string
  readonly answer: string
}

export interface Misfit {
  /** Names and indices, joined by `.`; empty for the answer itself. */
  readonly path: string
  readonly message: string
}

export interface AnswerSchemas {
  /** What is wrong with `answer`, which is JSON; empty if it fits. Never rejects. */
  misfits(schema: unknown, answer: unknown): Promise<readonly Misfit[]>
}

/** `maxMs`: how long one check may take. */
export function createAnswerSchemas(maxMs = 2_000): AnswerSchemas {
  /** One thread at a time: people answer, so the next check is rarely waiting. */
  let last: Promise<unknown> = Promise.resolve()

  return {
    async misfits(schema, answer) {
      if (typeof schema !== 'object' || schema === null) return []
      const check: AnswerCheck = { schema: JSON.stringify(schema), answer: JSON.stringify(answer ?? null) }
      if (check.schema.length > MAX_SCHEMA) return []
      const found = last.then(() => run(check, maxMs))
      last = found
      return (await found).slice(0, MAX_MISFITS)
    },
  }
}

function run(check: AnswerCheck, maxMs: number): Promise<readonly Misfit[]> {
  return new Promise((resolve) => {
    let undo = () => {}
    function end(misfits: readonly Misfit[]): void {
      undo()
      resolve(misfits)
      void worker.terminate()
    }
    const worker = new Worker(new URL('./answer-schema-worker.ts', import.meta.url), {
      workerData: check,
      resourceLimits: LIMITS,
      execArgv: [],
      stdout: true,
      stderr: true,
    })
    worker.on('message', (said: 'begun' | readonly Misfit[]) => {
      if (said !== 'begun') return end(said)
      // Loading the thread's modules does not count.
      const timer = setTimeout(() => end([]), maxMs)
      undo = () => clearTimeout(timer)
    })
    worker.on('error', () => end([]))
    worker.on('exit', () => end([]))
  })
}
