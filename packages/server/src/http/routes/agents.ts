/** The agents that a run may name. */

import type { AgentInfo, List } from '@holdfast/core'
import { AgentsShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { reply } from '../reply.ts'

export function agents(api: Api, { agents: catalogue }: Pick<Parts, 'agents'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/agents',
      operationId: 'listAgents',
      summary: 'The agents a run may name',
      problems: ['not_found'],
      responses: { 200: answer('The agents.', AgentsShape) },
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
