/** Web Push: the key that subscriptions are made for, and the subscriptions of a person. */

import type { PushKey } from '@holdfast/core'
import { PushKeyShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { ProblemError } from '../problem-error.ts'
import { nothing, reply } from '../reply.ts'
import { json, PushSubscriptionGone, PushSubscriptionNew } from '../schemas.ts'

const SUBSCRIPTIONS = '/v1/push/subscriptions'

export function push(api: Api, { store, push }: Pick<Parts, 'store' | 'push'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/push',
      operationId: 'getPushKey',
      summary: 'The server’s key for Web Push',
      problems: ['not_found', 'not_supported'],
      request: {},
      responses: { 200: answer('The same for as long as the server has its data.', PushKeyShape) },
    }),
    async () => reply<PushKey>({ key: needed(push).key }),
  )

  api.openapi(
    operation({
      method: 'put',
      path: SUBSCRIPTIONS,
      operationId: 'putPushSubscription',
      summary: 'Where pushes to this device go',
      problems: ['not_found', 'not_supported', 'push_service_not_allowed'],
      request: { body: { ...json(PushSubscriptionNew), required: true } },
      responses: { 204: { description: 'It replaces the device’s earlier one. The newest 20 of a person are kept.' } },
    }),
    async (c) => {
      const { deviceId, subscription } = c.req.valid('json')
      const { endpoint, keys } = subscription
      check(needed(push).refusal({ endpoint, keys }))
      await store.push.subscribe(c.var.principal, { deviceId, endpoint, keys })
      return nothing()
    },
  )

  api.openapi(
    operation({
      method: 'delete',
      path: SUBSCRIPTIONS,
      operationId: 'removePushSubscription',
      summary: 'Send no more pushes to this device',
      problems: ['not_found'],
      request: { body: { ...json(PushSubscriptionGone), required: true } },
      responses: { 204: { description: 'It has none, now or earlier.' } },
    }),
    async (c) => {
      await store.push.unsubscribe(c.var.principal, { deviceId: c.req.valid('json').deviceId })
      return nothing()
    },
  )
}

function needed(push: Parts['push']): NonNullable<Parts['push']> {
  if (!push) throw new ProblemError('not_supported', 'This server sends no pushes.')
  return push
}

function check(refusal: 'service' | 'keys' | undefined): void {
  if (refusal === 'service') {
    throw new ProblemError(
      'push_service_not_allowed',
      'This server does not send to the service of this endpoint. Its operator can allow it in HOLDFAST_PUSH_SERVICES.',
    )
  }
  if (refusal === 'keys') {
    const issues = [{ path: 'subscription.keys', message: 'Nothing can be encrypted for these keys' }]
    throw new ProblemError('invalid', 'Send the subscription as PushSubscription.toJSON() gives it.', { issues })
  }
}
