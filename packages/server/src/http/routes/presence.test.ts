import type { PresenceBody } from '@holdfast/core'
import { expect, it } from 'vitest'
import { LOCAL_PRINCIPAL } from '../../store/principal.ts'
import { createHouse, expectProblem, type House, KEY } from '../testing/house.ts'

const PUT = { method: 'PUT' }
const say = (house: House, body: unknown) => house.ask('/v1/presence', body, PUT)
const shown: PresenceBody = { deviceId: 'd', state: 'focused', thread: KEY }

it('knows what a device shows for 30 seconds, and not once it is hidden', async () => {
  const house = await createHouse()
  await house.start('r')
  expect((await say(house, shown)).status).toBe(204)
  expect(house.presence.attention(KEY)).toBe('focused')
  expect((await say(house, { ...shown, state: 'visible' })).status).toBe(204)
  expect(house.presence.attention(KEY)).toBe('visible')
  expect((await say(house, { deviceId: 'd', state: 'hidden' })).status).toBe(204)
  expect(house.presence.attention(KEY)).toBe('none')
  await say(house, shown)
  house.clock.advance(29_999)
  expect(house.presence.attention(KEY)).toBe('focused')
  house.clock.advance(1)
  expect(house.presence.attention(KEY)).toBe('none')
})

it('takes a thread that is shown before it exists', async () => {
  const house = await createHouse()
  expect((await say(house, shown)).status).toBe(204)
  expect(house.presence.attention(KEY)).toBe('focused')
  await expectProblem(await house.ask('/v1/rooms/default/threads/t1'), 404, 'not_found')
})

it.each<readonly [string, unknown]>([
  ['no device', { state: 'focused' }],
  ['what is no device', { ...shown, deviceId: 'a/b' }],
  ['another state', { ...shown, state: 'asleep' }],
  ['half a thread', { ...shown, thread: { roomId: 'default' } }],
  ['null', { ...shown, thread: null }],
  ['a thread by its id', { ...shown, thread: 't1' }],
])('%s is refused, and what was known stays', async (_, body) => {
  const house = await createHouse()
  await say(house, shown)
  await expectProblem(await say(house, body), 422, 'invalid')
  expect(house.presence.attention(KEY)).toBe('focused')
})

it('a thread that may not be seen is not there, and nobody hears whether it is', async () => {
  const house = await createHouse()
  await house.store.rooms.create(
    { tenantId: 'other', personId: 'x' },
    { roomId: 'theirs', title: 'X', agentId: 'demo' },
  )
  const about = async (roomId: string) => {
    const thread = { roomId, threadId: 't1' }
    const answer = await expectProblem(await say(house, { ...shown, thread }), 404, 'not_found')
    expect(house.presence.attention(thread)).toBe('none')
    return answer
  }
  expect(await about('theirs')).toEqual(await about('nowhere'))
  await house.ask('/v1/rooms', { roomId: 'gone', title: 'Gone' })
  await house.ask('/v1/rooms/gone', undefined, { method: 'DELETE' })
  await expectProblem(await say(house, { ...shown, thread: { ...KEY, roomId: 'gone' } }), 410, 'deleted')
})

it('asks whether this person may say it, and may read this thread', async () => {
  const asked: unknown[] = []
  const house = await createHouse({
    authorise: (principal, action, target) => {
      expect(principal).toEqual(LOCAL_PRINCIPAL)
      asked.push([action, target])
      return action === 'presence.report'
    },
  })
  const answer = await expectProblem(await say(house, shown), 404, 'not_found')
  expect(answer).toMatchObject({ detail: 'Nothing is here, or nothing that you may see.' })
  expect(asked).toEqual([
    ['presence.report', {}],
    ['threads.read', KEY],
  ])
  expect(house.presence.attention(KEY)).toBe('none')
  expect((await say(house, { deviceId: 'd', state: 'visible' })).status).toBe(204)
})
