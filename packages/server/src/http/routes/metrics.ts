/** Metrics for Prometheus. The metrics and their names belong to the module that counts. */

import type { Api, Parts } from '../env.ts'
import { operation } from '../operation.ts'
import { ProblemError } from '../problem-error.ts'

export function metrics(api: Api, { metrics: read }: Pick<Parts, 'metrics'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/metrics',
      operationId: 'getMetrics',
      summary: 'Figures for Prometheus',
      problems: ['not_supported'],
      responses: { 200: { description: 'Prometheus text.' } },
    }),
    async () => {
      if (!read) throw new ProblemError('not_supported', 'This server counts nothing.')
      const { contentType, text } = await read()
      return new Response(text, { headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' } })
    },
  )
}
