/** The agents a run may name. */

import type { AgentInfo, List } from '@holdfast/core'
import { createRoute } from '@hono/zod-openapi'
import type { Api, Parts } from '../env.ts'
import { may } from '../may.ts'
import { reply } from '../reply.ts'

export function agents(api: Api, { agents: catalogue }: Pick<Parts, 'agents'>): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/agents',
      middleware: may('agents.list'),
      responses: { 200: { description: 'The agents.' } },
    }),
    () =>
      reply<List<AgentInfo>>({
        items: catalogue.list().map(({ id, title, description }) => ({
          agentId: id,
          title,
          ...(description === undefined ? {} : { description }),
        })),
      }),
  )
}
