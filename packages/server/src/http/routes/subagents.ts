/** The sub-agents of a thread: what each did, and stopping one of them while its run goes on. */

import type { SubagentCancelRequested, SubagentCancelTooLate, SubagentPage } from '@holdfast/core'
import { SubagentCancelRequestedShape, SubagentCancelTooLateShape, SubagentsShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { absent } from '../problem-error.ts'
import { keyIn, reply, replyText } from '../reply.ts'
import { json, Nothing, SubagentParams, SubagentQuery, ThreadParams } from '../schemas.ts'

const SUBAGENTS = '/v1/rooms/{roomId}/threads/{threadId}/subagents'

export function subagents(api: Api, { store, heavy }: Pick<Parts, 'store' | 'heavy'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: SUBAGENTS,
      operationId: 'listSubagents',
      summary: 'Sub-agents with their steps',
      problems: ['invalid', 'not_found', 'deleted'],
      request: { params: ThreadParams, query: SubagentQuery },
      responses: { 200: answer('Oldest first, each with its newest steps. There is one page.', SubagentsShape) },
    }),
    async (c) =>
      heavy.run(c.var.principal, c.req.raw.signal, async () => {
        const { toolCallId } = c.req.valid('query')
        const found = await store.subagents.list(c.var.principal, c.req.valid('param'), toolCallId)
        if (found.type !== 'subagents') throw absent(found)
        return replyText(await heavy.bytesOf(pieces({ items: found.subagents })))
      }),
  )

  api.openapi(
    operation({
      method: 'post',
      path: `${SUBAGENTS}/{subagentRunId}/cancel`,
      operationId: 'cancelSubagent',
      summary: 'Stop one sub-agent; its run goes on',
      problems: ['not_found', 'deleted'],
      request: { params: SubagentParams, body: { ...json(Nothing), required: true } },
      responses: {
        202: answer('The request is durable.', SubagentCancelRequestedShape),
        200: answer('Too late.', SubagentCancelTooLateShape),
      },
    }),
    async (c) => {
      const { subagentRunId, ...key } = c.req.valid('param')
      const asked = await store.subagents.cancel(c.var.principal, keyIn(key), subagentRunId)
      switch (asked.type) {
        case 'requested':
          return reply<SubagentCancelRequested>({ subagent: asked.subagent }, 202)
        case 'already_terminal':
          return reply<SubagentCancelTooLate>({ alreadyTerminal: true, status: asked.status })
        case 'not_found':
        case 'deleted':
          throw absent(asked)
      }
    },
  )
}

/** The page's JSON, one sub-agent at a time. */
function* pieces({ items }: SubagentPage): Generator<string> {
  yield '{"items":['
  for (const [index, item] of items.entries()) yield `${index === 0 ? '' : ','}${JSON.stringify(item)}`
  yield ']}'
}
