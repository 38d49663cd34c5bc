/** Webhooks of a room: which addresses are notified of the ends of its runs, and what could not be delivered. */

import type { List, WebhookCreated, WebhookDeliveryInfo, WebhookInfo } from '@holdfast/core'
import { DeliveriesShape, DeliveryShape, WebhookCreatedShape, WebhooksShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { answer, operation } from '../operation.ts'
import { absent, ProblemError } from '../problem-error.ts'
import { nothing, reply } from '../reply.ts'
import {
  CreateWebhook,
  DeliveryListQuery,
  DeliveryParams,
  json,
  Nothing,
  RoomParams,
  WebhookParams,
} from '../schemas.ts'

const WEBHOOKS = '/v1/rooms/{roomId}/webhooks'
const DELIVERIES = `${WEBHOOKS}/{webhookId}/deliveries` as const

type Needs = Pick<Parts, 'store' | 'limits' | 'webhooks' | 'mintId'>

export function webhooks(api: Api, parts: Needs): void {
  const { store } = parts
  api.openapi(
    operation({
      method: 'get',
      path: WEBHOOKS,
      operationId: 'listWebhooks',
      summary: 'The webhooks of a room',
      problems: ['invalid', 'not_found', 'deleted'],
      request: { params: RoomParams },
      responses: { 200: answer('In the order of their creation, without their secrets. One page.', WebhooksShape) },
    }),
    async (c) => {
      const found = await store.webhooks.list(c.var.principal, c.req.valid('param').roomId)
      if (found.type !== 'webhooks') throw absent(found)
      return reply<List<WebhookInfo>>({ items: found.webhooks })
    },
  )

  api.openapi(
    operation({
      method: 'post',
      path: WEBHOOKS,
      operationId: 'createWebhook',
      summary: 'Notify an address of the ends of the room’s runs',
      problems: ['not_found', 'deleted', 'not_supported', 'webhook_conflict', 'too_many_webhooks'],
      request: { params: RoomParams, body: { ...json(CreateWebhook), required: true } },
      responses: {
        200: answer('It existed and is the same; with its secret.', WebhookCreatedShape),
        201: answer('The webhook, with the secret that its deliveries are signed with.', WebhookCreatedShape),
      },
    }),
    async (c) => {
      const { webhookId = parts.mintId(), url } = c.req.valid('json')
      if (!parts.webhooks) throw new ProblemError('not_supported', 'This server has no webhooks.')
      const refused = parts.webhooks.refusal(url)
      if (refused !== undefined) {
        const issues = [{ path: 'url', message: refused }]
        throw new ProblemError('invalid', 'Name another URL.', { issues })
      }
      const webhook = { webhookId, url, secret: parts.webhooks.mintSecret() }
      const made = await store.webhooks.create(c.var.principal, c.req.valid('param').roomId, webhook)
      switch (made.type) {
        case 'created':
        case 'same':
          return reply<WebhookCreated>({ ...made.webhook, secret: made.secret }, made.type === 'created' ? 201 : 200)
        case 'conflict':
          throw new ProblemError('webhook_conflict', 'The room has a webhook with this id and another URL.')
        case 'too_many':
          throw new ProblemError('too_many_webhooks', 'The room has as many webhooks as it may have. Delete one first.')
        default:
          throw absent(made)
      }
    },
  )

  api.openapi(
    operation({
      method: 'delete',
      path: `${WEBHOOKS}/{webhookId}`,
      operationId: 'deleteWebhook',
      summary: 'Notify an address no more',
      problems: ['invalid', 'not_found', 'deleted'],
      request: { params: WebhookParams },
      responses: { 204: { description: 'It is gone with all that waited for it, now or earlier.' } },
    }),
    async (c) => {
      const { roomId, webhookId } = c.req.valid('param')
      const gone = await store.webhooks.remove(c.var.principal, roomId, webhookId)
      if (gone.type !== 'gone') throw absent(gone)
      return nothing()
    },
  )
  deliveries(api, parts)
}

function deliveries(api: Api, { store, limits }: Needs): void {
  api.openapi(
    operation({
      method: 'get',
      path: DELIVERIES,
      operationId: 'listWebhookDeliveries',
      summary: 'What has not been delivered',
      problems: ['invalid', 'invalid_cursor', 'not_found', 'deleted'],
      request: { params: WebhookParams, query: DeliveryListQuery },
      responses: { 200: answer('Newest first. The newest 200 dead ones are kept.', DeliveriesShape) },
    }),
    async (c) => {
      const { status, ...query } = c.req.valid('query')
      const page = await store.webhooks.deliveries(c.var.principal, c.req.valid('param'), {
        ...pageRequest(query, limits),
        ...(status !== undefined && { status }),
      })
      if (page.type === 'invalid_cursor') throw foreignBefore()
      if (page.type !== 'page') throw absent(page)
      return reply<List<WebhookDeliveryInfo>>(listOf(page))
    },
  )

  api.openapi(
    operation({
      method: 'post',
      path: `${DELIVERIES}/{deliveryId}/retry`,
      operationId: 'retryWebhookDelivery',
      summary: 'Deliver it again, now',
      problems: ['not_found', 'deleted'],
      request: { params: DeliveryParams, body: { ...json(Nothing), required: true } },
      responses: { 202: answer('It is due now, and is tried for a day again.', DeliveryShape) },
    }),
    async (c) => {
      const { deliveryId, ...webhook } = c.req.valid('param')
      const again = await store.webhooks.retry(c.var.principal, webhook, deliveryId)
      if (again.type !== 'delivery') throw absent(again)
      return reply<WebhookDeliveryInfo>(again.delivery, 202)
    },
  )
}
