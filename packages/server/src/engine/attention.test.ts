/** Who looks is told to an agent that asks, and is no other thing to a run. */
import { expect, it } from 'vitest'
import { createHouse, expectLegalEnd } from './testing/house.ts'

it('an agent hears how much its own thread is looked at, at the moment when it asks', async () => {
  let looked = ''
  const house = await createHouse({ attention: ({ threadId }) => (threadId === looked ? 'focused' : 'none') })
  await house.engine.start()
  for (const thread of ['a', 'b']) await house.ask(thread)
  await house.settle()
  const said = () => house.calls.map(({ context }) => context.attention())
  expect(said()).toEqual(['none', 'none'])
  looked = 'b'
  expect(said()).toEqual(['none', 'focused'])
})

it('G5 a presence that fails, or is never asked, ends no run', async () => {
  const house = await createHouse({
    attention: () => {
      throw new Error('out of order')
    },
  })
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  const [call] = house.calls
  expect(call?.context.attention()).toBe('none')
  call?.text('Hello')
  call?.finish()
  await house.pass(100)
  expectLegalEnd(await house.envelopes('a'), { type: 'succeeded' })
})
