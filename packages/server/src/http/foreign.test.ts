/** Behind a proxy that nobody told the server of: the answer names the setting that is missing. */
import { paths } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createTestServer, expectProblem } from './testing/test-server.ts'

it('a name that is not its own is answered with the setting that makes it its own, to a person as a page', async () => {
  const { ask } = await createTestServer()
  const headers = { host: 'chat.example' }
  const { detail } = await expectProblem(await ask(paths.rooms(), undefined, { headers }), 403, 'foreign_host')
  expect(detail).toContain('HOLDFAST_ORIGIN=https://chat.example')
  const page = await ask('/', undefined, { headers: { ...headers, accept: 'text/html,*/*' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('HOLDFAST_ORIGIN=https://chat.example')
})

it('a page whose address it does not know is told so, in the words of that address', async () => {
  const { ask } = await createTestServer()
  const say = async (headers: Readonly<Record<string, string>>) =>
    (await expectProblem(await ask(paths.rooms(), { title: 'x' }, { headers }), 403, 'foreign_origin')).detail
  expect(await say({ origin: 'https://chat.example', 'sec-fetch-site': 'same-origin' })).toMatch(
    /behind a proxy: start it with HOLDFAST_ORIGIN=https:\/\/chat\.example\.$/,
  )
  expect(await say({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toContain('Another site’s page')
})

it('what is hostile in a name or an address is not said again', async () => {
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
