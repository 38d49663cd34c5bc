/** Two tenants that ask one server about rooms, threads and runs of the same ids, each by its own name in a header. */
import { paths } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createTestServer, KEY } from './testing/test-server.ts'

const TENANTS = ['acme', 'elsewhere'] as const
type Tenant = (typeof TENANTS)[number]

async function serverOfTwo() {
  const server = await createTestServer({
    authenticate: async (request) => ({
      type: 'principal',
      principal: { tenantId: request.header('x-tenant') ?? 'none', personId: 'alice' },
    }),
  })
  const ask = (tenant: Tenant, path: string, body?: unknown, method?: string) =>
    server.ask(path, body, { headers: { 'x-tenant': tenant }, ...(method !== undefined && { method }) })
  return { server, ask }
}

it('G8 gives each tenant its own room, thread and run of the same ids', async () => {
  const { ask } = await serverOfTwo()
  for (const tenant of TENANTS) {
    expect((await ask(tenant, paths.rooms(), { roomId: 'default', title: `Room of ${tenant}` })).status).toBe(201)
    const messages = [{ id: 'q', role: 'user', content: `words of ${tenant}` }]
    expect((await ask(tenant, paths.runs(KEY), { runId: 'r', messages })).status).toBe(202)
  }
  for (const [tenant, other] of [TENANTS, TENANTS.toReversed()] as [Tenant, Tenant][]) {
    for (const path of [paths.rooms(), paths.thread(KEY), paths.threads('default'), paths.log(KEY), paths.allRuns()]) {
      const text = await (await ask(tenant, path)).text()
      expect(text, path).not.toContain(`of ${other}`)
      expect(text, path).not.toContain('tenantId')
    }
    const polled = await ask(tenant, '/v1/poll', { threads: [{ ...KEY, after: 0 }] })
    expect(await polled.text()).toContain(`words of ${tenant}`)
  }
  expect((await ask('acme', paths.thread(KEY), undefined, 'DELETE')).status).toBe(409)
  expect((await ask('acme', `${paths.thread(KEY)}?force=true`, undefined, 'DELETE')).status).toBe(204)
  expect((await ask('elsewhere', paths.thread(KEY))).status).toBe(200)
})

it('G8 answers about another tenant’s room exactly as about one that does not exist', async () => {
  const { ask } = await serverOfTwo()
  await ask('acme', paths.rooms(), { roomId: 'hidden', title: 'Hidden' })
  await ask('acme', paths.runs({ roomId: 'hidden', threadId: 't' }), {
    runId: 'r',
    messages: [{ id: 'q', role: 'user', content: 'Secret' }],
  })
  const answers = async (roomId: string) => {
    const key = { roomId, threadId: 't' }
    const asked = [
      ask('elsewhere', paths.room(roomId)),
      ask('elsewhere', paths.room(roomId), { title: 'Mine' }, 'PATCH'),
      ask('elsewhere', paths.threads(roomId)),
      ask('elsewhere', paths.thread(key)),
      ask('elsewhere', paths.log(key)),
      ask('elsewhere', paths.runs(key), { runId: 'r', messages: [{ id: 'q', role: 'user', content: 'Mine' }] }),
      ask('elsewhere', paths.run(key, 'r')),
      ask('elsewhere', `${paths.room(roomId)}?force=true`, undefined, 'DELETE'),
    ]
    const texts = await Promise.all(
      asked.map(async (answer) => `${(await answer).status} ${await (await answer).text()}`),
    )
    return texts.map((text) => text.replaceAll(roomId, '…'))
  }
  const nothing = await answers('nowhere')
  for (const text of nothing) expect(text).toMatch(/^404 /)
  expect(await answers('hidden')).toEqual(nothing)
})
