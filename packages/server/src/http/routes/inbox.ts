/** What is going on in everything the person may see. */

import type { InboxOverview } from '@holdfast/core'
import { InboxShape } from '../answers.ts'
import { overview } from '../chosen-agent.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { reply } from '../reply.ts'

export function inbox(api: Api, { store, agents, heavy }: Pick<Parts, 'store' | 'agents' | 'heavy'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/inbox',
      operationId: 'getInbox',
      summary: 'What is running, queued and waiting for a person, in all rooms',
      problems: ['not_found'],
      request: {},
      responses: { 200: answer('The roll-up, and the cursor that continues from it.', InboxShape) },
    }),
    (c) =>
      heavy.run(c.var.principal, c.req.raw.signal, async () =>
        reply<InboxOverview>(overview(agents, await store.inbox.overview(c.var.principal))),
      ),
  )
}
