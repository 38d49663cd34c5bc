/**
 * Checks a person's answers against the JSON Schemas that an agent sent with its questions. A schema is untrusted: it is
 * interpreted and never compiled to code, no reference is fetched, and the checks of a request run in a thread of their
 * own that ends after a fixed time, even inside a regular expression. A schema that cannot be used accepts every answer: only its own
 * agent depends on it.
 *
 * Does not know: which question it is, what the answer causes.
 */
import { Worker } from 'node:worker_threads'

/** UTF-16 units of JSON. A form that a person can fill in is far smaller. */
const MAX_SCHEMA = 64 * 1024
const MAX_MISFITS = 20
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 }

/** What the thread gets for each answer, both as JSON. */
export interface AnswerCheck {
  readonly schema: string
  readonly answer: string
}

export interface Misfit {
  /** Names and indices, joined by `.`; empty for the answer itself. */
  readonly path: string
  readonly message: string
}

/** `answer` is JSON. */
export interface SchemaAndAnswer {
  readonly schema: unknown
  readonly answer: unknown
}

export interface AnswerSchemas {
  /** What is wrong with each answer, in the same order; empty if it fits. Never rejects. */
  misfits(answers: readonly SchemaAndAnswer[]): Promise<readonly (readonly Misfit[])[]>
}

/** `maxMs`: how long the checks of one call may take together. */
export function createAnswerSchemas(maxMs = 2_000): AnswerSchemas {
  /** One thread at a time: people answer, so the next check is rarely waiting. */
  let last: Promise<unknown> = Promise.resolve()

  return {
    async misfits(answers) {
      const checks = answers.map(checkOf)
      const needed = checks.filter((check) => check !== undefined)
      if (needed.length === 0) return checks.map(() => [])
      const running = last.then(() => run(needed, maxMs))
      last = running
      const found = (await running).values()
      return checks.map((check) => (check && found.next().value?.slice(0, MAX_MISFITS)) ?? [])
    },
  }
}

/** Undefined: nothing to check. */
function checkOf({ schema, answer }: SchemaAndAnswer): AnswerCheck | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  const text = JSON.stringify(schema)
  return text.length > MAX_SCHEMA ? undefined : { schema: text, answer: JSON.stringify(answer ?? null) }
}

/** The results that were there in time, in order. */
function run(checks: readonly AnswerCheck[], maxMs: number): Promise<readonly (readonly Misfit[])[]> {
  return new Promise((resolve) => {
    const found: (readonly Misfit[])[] = []
    let undo = () => {}
    function end(): void {
      undo()
      resolve(found)
      void worker.terminate()
    }
    const worker = new Worker(new URL('./answer-schema-worker.ts', import.meta.url), {
      workerData: checks,
      resourceLimits: LIMITS,
      execArgv: [],
      stdout: true,
      stderr: true,
    })
    worker.on('message', (said: 'begun' | readonly Misfit[]) => {
      if (said !== 'begun') {
        if (found.push(said) === checks.length) end()
        return
      }
      // Loading the thread's modules does not count.
      const timer = setTimeout(end, maxMs)
      undo = () => clearTimeout(timer)
    })
    worker.on('error', end)
    worker.on('exit', end)
  })
}
