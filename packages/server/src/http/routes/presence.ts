/** What a device shows now: a hint for who is served first. It is acknowledged, and no run depends on it. */

import type { Api, Parts } from '../env.ts'
import { operation } from '../operation.ts'
import { absent } from '../problem-error.ts'
import { keyIn, nothing } from '../reply.ts'
import { json, PresenceReport } from '../schemas.ts'

export function presence(api: Api, { store, presence }: Pick<Parts, 'store' | 'presence'>): void {
  api.openapi(
    operation({
      method: 'put',
      path: '/v1/presence',
      operationId: 'reportPresence',
      summary: 'What this device shows now, for 30 seconds',
      problems: ['not_found', 'deleted'],
      request: { body: { ...json(PresenceReport), required: true } },
      responses: { 204: { description: 'Recorded until the next report, or for 30 seconds.' } },
    }),
    async (c) => {
      const { principal } = c.var
      const { deviceId, state, thread } = c.req.valid('json')
      if (thread) {
        // A principal that may see a room may see its threads. A thread may not exist yet: a page shows a new one before it is
        // sent.
        const room = await store.rooms.get(principal, thread.roomId)
        if (room.type !== 'room') throw absent(room)
      }
      presence.report(principal, { deviceId, state, ...(thread && { thread: keyIn(thread) }) })
      return nothing()
    },
  )
}
