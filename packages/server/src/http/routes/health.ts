/** Liveness and readiness: `/readyz` is 503 before the server is ready and while it drains. */
import { createRoute } from '@hono/zod-openapi'
import type { Api, Parts } from '../env.ts'
import { reply } from '../reply.ts'

export function health(api: Api, { phase }: Pick<Parts, 'phase'>): void {
  api.openapi(
    createRoute({ method: 'get', path: '/healthz', responses: { 200: { description: 'The process lives.' } } }),
    () => reply({ status: 'ok' }),
  )
  api.openapi(
    createRoute({
      method: 'get',
      path: '/readyz',
      responses: { 200: { description: 'Ready.' }, 503: { description: 'Starting or draining.' } },
    }),
    () => reply({ status: phase() }, phase() === 'ready' ? 200 : 503),
  )
}
