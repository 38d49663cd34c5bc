/** The thread that checks the answers of one request (`answer-schema.ts`). It posts each result as it has it. */
import { parentPort, workerData } from 'node:worker_threads'
import { Validator } from '@cfworker/json-schema'
import type { AnswerCheck, Misfit } from './answer-schema.ts'

/** `#/to/0` is `to.0` (RFC 6901, section 4). */
function pathOf(pointer: string): string {
  const parts = pointer.split('/').slice(1)
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.')
}

function misfits({ schema, answer }: AnswerCheck): readonly Misfit[] {
  try {
    // 2020-12 is the default of AG-UI and MCP. A reference that the schema does not hold throws: nothing is fetched.
    const { errors } = new Validator(JSON.parse(schema), '2020-12').validate(JSON.parse(answer))
    return errors.map(({ instanceLocation, error }) => ({ path: pathOf(instanceLocation), message: error }))
  } catch {
    return []
  }
}

parentPort?.postMessage('begun')
for (const check of workerData as readonly AnswerCheck[]) parentPort?.postMessage(misfits(check))
