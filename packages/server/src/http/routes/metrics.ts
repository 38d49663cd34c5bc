/** What Prometheus reads. The figures, and their names, are whoever's who counts. */
import { createRoute } from '@hono/zod-openapi'
import type { Api, Parts } from '../env.ts'
import { ProblemError } from '../problem-error.ts'

export function metrics(api: Api, { metrics: read }: Pick<Parts, 'metrics'>): void {
  api.openapi(
    createRoute({ method: 'get', path: '/metrics', responses: { 200: { description: 'Prometheus text.' } } }),
    async () => {
      if (!read) throw new ProblemError('not_supported', 'This server counts nothing.')
      const { contentType, text } = await read()
      return new Response(text, { headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' } })
    },
  )
}
