/** Who looks is told to an agent that asks, and is no other thing to a run. */
import { expect, it } from 'vitest'
import { createTestServer, expectLegalEnd } from './testing/test-server.ts'

it('an agent hears how much its own thread is looked at, at the moment when it asks', async () => {
  let looked = ''
  const server = await createTestServer({ attention: ({ threadId }) => (threadId === looked ? 'focused' : 'none') })
  await server.engine.start()
  for (const thread of ['a', 'b']) await server.ask(thread)
  await server.settle()
  const said = () => server.calls.map(({ context }) => context.attention())
  expect(said()).toEqual(['none', 'none'])
  looked = 'b'
  expect(said()).toEqual(['none', 'focused'])
})

it('G5 a presence that fails, or is never asked, ends no run', async () => {
  const server = await createTestServer({
    attention: () => {
      throw new Error('out of order')
    },
  })
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  const [call] = server.calls
  expect(call?.context.attention()).toBe('none')
  call?.text('Hello')
  call?.finish()
  await server.pass(100)
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
})
