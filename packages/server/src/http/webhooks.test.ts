/** Webhooks over HTTP: their secrets, what is refused, and what could not be delivered. */
import { type List, paths, type WebhookCreated, type WebhookDeliveryInfo, type WebhookInfo } from '@holdfast/core'
import { expect, it } from 'vitest'
import { urlRefusal } from '../webhooks/send.ts'
import { createTestServer, expectProblem, KEY } from './testing/test-server.ts'

const HOOKS = paths.webhooks(KEY.roomId)
const url = 'https://hook.example/1'

it('a secret is in the answer to the creation and its repetition alone', async () => {
  let minted = 0
  const mintSecret = () => `whsec_${++minted}`
  const server = await createTestServer({ webhooks: { refusal: () => undefined, mintSecret } })
  const create = (body: unknown) => server.ask(HOOKS, body)
  const made = (await (await create({ webhookId: 'w', url })).json()) as WebhookCreated
  expect(made).toMatchObject({ webhookId: 'w', roomId: KEY.roomId, url, secret: 'whsec_1' })
  const again = await create({ webhookId: 'w', url })
  expect([again.status, await again.json()]).toEqual([200, made])
  await expectProblem(await create({ webhookId: 'w', url: `${url}1` }), 409, 'webhook_conflict')
  const listed = (await (await server.ask(HOOKS)).json()) as List<WebhookInfo>
  const { secret: _, ...shown } = made
  expect(listed).toEqual({ items: [shown] })
  for (let n = 2; n <= 10; n++) expect((await create({ url: `${url}${n}` })).status).toBe(201)
  await expectProblem(await create({ url: `${url}11` }), 422, 'too_many_webhooks')
  for (const _ of [1, 2]) {
    expect((await server.ask(paths.webhook(KEY.roomId, 'w'), undefined, { method: 'DELETE' })).status).toBe(204)
  }
  await expectProblem(await server.ask(paths.webhooks('nowhere')), 404, 'not_found')
})

it('a private address is refused, and leaves nothing behind', async () => {
  const webhooks = { refusal: (of: string) => urlRefusal(of, false), mintSecret: () => 'whsec_' }
  const server = await createTestServer({ webhooks })
  for (const hidden of ['https://127.0.0.1/', 'https://[::1]/', 'http://hook.example/', 'nothing']) {
    const problem = await expectProblem(await server.ask(HOOKS, { url: hidden }), 422, 'invalid')
    expect(problem.issues).toMatchObject([{ path: 'url' }])
  }
  expect(await (await server.ask(HOOKS)).json()).toEqual({ items: [] })
})

it('dead deliveries are listed, and one is delivered again when a person asks', async () => {
  const server = await createTestServer()
  await server.ask(HOOKS, { webhookId: 'w', url })
  await server.start('r1')
  await server.finish(await server.claim())
  const list = async (query: string) =>
    (await (
      await server.ask(`${paths.webhookDeliveries(KEY.roomId, 'w')}${query}`)
    ).json()) as List<WebhookDeliveryInfo>
  expect((await list('')).items).toMatchObject([
    { threadId: KEY.threadId, runId: 'r1', status: 'waiting', attempts: 0 },
  ])
  const { deliveries } = await server.store.webhooks.due(1, [])
  const deliveryId = deliveries[0]?.deliveryId ?? ''
  await server.store.webhooks.settle(deliveryId, { failed: 'status 410', refused: true })
  expect((await list('?status=dead')).items).toMatchObject([{ deliveryId, status: 'dead', reason: 'status 410' }])
  const retry = (id: string) => server.ask(paths.retryDelivery(KEY.roomId, 'w', id), {})
  expect((await retry(deliveryId)).status).toBe(202)
  expect((await list('?status=dead')).items).toEqual([])
  await expectProblem(await retry('unknown'), 404, 'not_found')
  await expectProblem(await server.ask(`${paths.webhookDeliveries(KEY.roomId, 'x')}`), 404, 'not_found')
})
