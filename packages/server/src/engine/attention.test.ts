/** Attention is available to agents that ask for it, and affects a run in no other way. */
import { expect, it } from 'vitest'
import { createTestServer, expectLegalEnd } from './testing/test-server.ts'

it('an agent gets the attention of its own thread at the moment it asks', async () => {
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
