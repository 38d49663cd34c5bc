/**
 * Liveness and readiness: `/readyz` is 503 before the server is ready, while it drains, and once it has lost its data.
 */
import { StatusShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { reply } from '../reply.ts'

export function health(api: Api, { phase }: Pick<Parts, 'phase'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/healthz',
      operationId: 'getHealth',
      summary: 'Whether the process lives',
      problems: [],
      responses: { 200: answer('The process lives.', StatusShape) },
    }),
    () => reply({ status: 'ok' }),
  )
  api.openapi(
    operation({
      method: 'get',
      path: '/readyz',
      operationId: 'getReadiness',
      summary: 'Whether the server is ready: 503 before that, while it drains, and once it has lost its data',
      problems: [],
      responses: { 200: answer('Ready.', StatusShape), 503: { description: 'Starting, draining, or lost.' } },
    }),
    () => reply({ status: phase() }, phase() === 'ready' ? 200 : 503),
  )
}
