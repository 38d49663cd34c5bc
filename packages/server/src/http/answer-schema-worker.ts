/** The thread that checks one answer (`answer-schema.ts`). It posts what does not fit, or nothing if it fails. */
import { parentPort, workerData } from 'node:worker_threads'
import { Validator } from '@cfworker/json-schema'
import type { AnswerCheck, Misfit } from './answer-schema.ts'

const { schema, answer } = workerData as AnswerCheck

/** `#/to/0` is `to.0` (RFC 6901, section 4). */
function pathOf(pointer: string): string {
  const parts = pointer.split('/').slice(1)
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.')
}

function misfits(): readonly Misfit[] {
  // 2020-12 is the default of AG-UI and MCP. A reference that the schema does not hold throws: nothing is fetched.
  const { errors } = new Validator(JSON.parse(schema), '2020-12').validate(JSON.parse(answer))
  return errors.map(({ instanceLocation, error }) => ({ path: pathOf(instanceLocation), message: error }))
}

parentPort?.postMessage('begun')
parentPort?.postMessage(misfits())
