/** Behind a proxy that the server was not configured for: the answer names the missing setting. */
import { paths } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createTestServer, expectProblem } from './testing/test-server.ts'

it('an unknown host is answered with the setting that would make it known; a person gets a page', async () => {
  const { ask } = await createTestServer()
  const headers = { host: 'chat.example' }
  const { detail } = await expectProblem(await ask(paths.rooms(), undefined, { headers }), 403, 'foreign_host')
  expect(detail).toContain('HOLDFAST_ORIGIN=https://chat.example')
  const page = await ask('/', undefined, { headers: { ...headers, accept: 'text/html,*/*' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('HOLDFAST_ORIGIN=https://chat.example')
})

it('a page of an unknown origin is refused with a message that names that origin', async () => {
  const { ask } = await createTestServer()
  const say = async (headers: Readonly<Record<string, string>>) =>
    (await expectProblem(await ask(paths.rooms(), { title: 'x' }, { headers }), 403, 'foreign_origin')).detail
  expect(await say({ origin: 'https://chat.example', 'sec-fetch-site': 'same-origin' })).toMatch(
    /behind a proxy, start it with HOLDFAST_ORIGIN=https:\/\/chat\.example\.$/,
  )
  expect(await say({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toContain(
    'A page of another site',
  )
})

it('hostile characters of a host or origin are not echoed', async () => {
  const { ask } = await createTestServer()
  for (const host of ['<script>alert(1)</script>', 'a"b', 'x'.repeat(5_000)]) {
    const page = await ask('/', undefined, { headers: { host, accept: 'text/html' } })
    expect(page.status).toBe(403)
    expect(await page.text()).not.toMatch(/<script|a"b/)
    const headers = { origin: `https://${host}`, 'sec-fetch-site': 'same-origin' }
    const { detail } = await expectProblem(await ask(paths.rooms(), { title: 'x' }, { headers }), 403, 'foreign_origin')
    expect(detail).not.toContain(host)
  }
})
