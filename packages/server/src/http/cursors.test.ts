/** Positions in logs and lists that nobody gave. */
import { type List, paths, type RoomInfo } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createHouse, expectProblem, KEY } from './testing/house.ts'

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
  const house = await createHouse()
  await house.start('r1')
  for (const live of ['', '&live=sse', '&live=long-poll']) {
    await expectProblem(await house.ask(`${paths.log(KEY)}?after=${after}${live}`), 422, 'invalid_cursor')
  }
  await expectProblem(await house.ask(`${paths.runEvents(KEY, 'r1')}?after=${after}`), 422, 'invalid_cursor')
  const headers = { 'Last-Event-ID': decodeURIComponent(after).trim() }
  if (!/^\d{1,15}$/.test(headers['Last-Event-ID']) && /^[ -~]+$/.test(headers['Last-Event-ID'])) {
    await expectProblem(await house.ask(paths.log(KEY), undefined, { headers }), 422, 'invalid_cursor')
  }
})

it('a place in one list is none in another: of another room, of another kind, changed, or made up', async () => {
  const house = await createHouse()
  for (const roomId of ['a', 'b']) {
    await house.ask('/v1/rooms', { roomId, title: roomId })
    for (const threadId of ['one', 'two']) await house.start('r1', { roomId, threadId })
  }
  const lists = ['/v1/rooms', paths.threads('a'), paths.threads('b'), '/v1/runs']
  for (const given of lists) {
    const { next = '' } = (await (await house.ask(`${given}?limit=1`)).json()) as List<RoomInfo>
    expect(next).toMatch(/\S/)
    for (const asked of lists) {
      const answer = await house.ask(`${asked}?limit=1&before=${next}`)
      if (asked === given) expect(answer.status).toBe(200)
      else await expectProblem(answer, 422, 'invalid_cursor')
    }
    for (const odd of [`${next}=`, `${next}A`, next.slice(1), `%20${next}`, next.toLowerCase(), 'x'.repeat(513)]) {
      if (odd === next) continue
      await expectProblem(await house.ask(`${given}?limit=1&before=${odd}`), 422, 'invalid_cursor')
    }
  }
})
