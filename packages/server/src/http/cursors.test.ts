/** Cursors of logs and lists that the server never returned. */
import { type List, paths, type RoomInfo, type Run } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createTestServer, expectProblem, KEY } from './testing/test-server.ts'

it.each([
  '007',
  '00',
  '1e3',
  '+1',
  '%2B1',
  '%201',
  '1%20',
  '-1',
  '1.0',
  '0x1',
  '',
  'NaN',
  '%D9%A1',
  '9999999999999999',
])('a position is a whole number in digits alone: not %j', async (after) => {
  const server = await createTestServer()
  await server.start('r1')
  for (const live of ['', '&live=sse', '&live=long-poll']) {
    await expectProblem(await server.ask(`${paths.log(KEY)}?after=${after}${live}`), 422, 'invalid_cursor')
  }
  await expectProblem(await server.ask(`${paths.runEvents(KEY, 'r1')}?after=${after}`), 422, 'invalid_cursor')
  const headers = { 'Last-Event-ID': decodeURIComponent(after).trim() }
  if (!/^\d{1,15}$/.test(headers['Last-Event-ID']) && /^[ -~]+$/.test(headers['Last-Event-ID'])) {
    await expectProblem(await server.ask(paths.log(KEY), undefined, { headers }), 422, 'invalid_cursor')
  }
})

it('a cursor is refused in any other list, of another room or kind, and if it was changed or made up', async () => {
  const server = await createTestServer()
  for (const roomId of ['a', 'b']) {
    await server.ask('/v1/rooms', { roomId, title: roomId })
    for (const threadId of ['one', 'two']) await server.start('r1', { roomId, threadId })
  }
  const lists = ['/v1/rooms', paths.threads('a'), paths.threads('b'), '/v1/runs']
  for (const given of lists) {
    const { next = '' } = (await (await server.ask(`${given}?limit=1`)).json()) as List<RoomInfo>
    expect(next).toMatch(/\S/)
    for (const asked of lists) {
      const answer = await server.ask(`${asked}?limit=1&before=${next}`)
      if (asked === given) expect(answer.status).toBe(200)
      else await expectProblem(answer, 422, 'invalid_cursor')
    }
    for (const odd of [`${next}=`, `${next}A`, next.slice(1), `%20${next}`, next.toLowerCase(), 'x'.repeat(513)]) {
      if (odd === next) continue
      await expectProblem(await server.ask(`${given}?limit=1&before=${odd}`), 422, 'invalid_cursor')
    }
  }
})

it('a thread’s runs come in pages of `limit`, and `next` is the `before` of the next one', async () => {
  const server = await createTestServer()
  const accepted = ['r1', 'r2', 'r3', 'r4', 'r5']
  for (const runId of accepted) {
    await server.start(runId)
    await server.finish(await server.claim())
  }
  const pages: string[][] = []
  for (let before = ''; ; ) {
    const page = await server.ask(`${paths.runs(KEY)}?limit=2${before && `&before=${before}`}`)
    const { items, next } = (await page.json()) as List<Run>
    pages.push(items.map(({ runId }) => runId))
    if (next === undefined) break
    before = next
  }
  expect(pages.map(({ length }) => length)).toEqual([2, 2, 1])
  expect(pages.flat().toSorted()).toEqual(accepted)
  for (const limit of ['0', '201', '-1', '2.5', '']) {
    await expectProblem(await server.ask(`${paths.runs(KEY)}?limit=${limit}`), 422, 'invalid')
  }
})
