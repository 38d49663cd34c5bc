/** What an agent may ask of the engine: that its words are durable, and whether one of its sub-agents is to stop. */
import { expect, it } from 'vitest'
import { StoreFault } from '../store/fault.ts'
import { createTestServer } from './testing/test-server.ts'

async function listening(options: Parameters<typeof createTestServer>[0] = {}) {
  const server = await createTestServer(options)
  await server.ask('a')
  await server.engine.start()
  await server.settle()
  const [call] = server.calls
  if (!call) throw new Error('The agent was not called.')
  return { server, call, context: call.context }
}

it('G13 what an agent has yielded is in the log when it hears that it is written', async () => {
  const { server, call, context } = await listening()
  await context.written()
  call.text('one ')
  await server.settle()
  for (const word of ['two ', 'three ']) {
    call.text(word)
    await server.settle()
    const written = context.written()
    await server.pass(5, 1)
    await written
    expect(await server.text('a')).toContain(word)
  }
})

it('G6 an agent never hears that it is written once its run was stopped', async () => {
  const { server, call, context } = await listening({
    work: (work) => ({ ...work, append: (...given) => server_append(...given) }),
  })
  let fail = (_: unknown) => {}
  function server_append(..._: unknown[]): Promise<never> {
    return new Promise((_, reject) => (fail = reject))
  }
  call.text('one ')
  await server.settle()
  const pending = context.written()
  await server.cancel('a')
  await server.settle()
  await expect(pending).rejects.toMatchObject({ name: 'AbortError', message: 'The run was cancelled.' })
  await expect(context.written()).rejects.toMatchObject({ name: 'AbortError' })
  fail(new StoreFault('storage_busy', 'busy'))
  await server.pass(20_000, 500)
})

it('an agent that ends without waiting for its words is harmed by nothing that it left pending', async () => {
  const { server, call, context } = await listening()
  call.text('one ')
  await server.settle()
  call.text('two ')
  await server.settle()
  void context.written()
  call.finish()
  await server.pass(40)
  void context.written()
  await server.settle()
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
  await expect(context.written()).rejects.toMatchObject({ name: 'AbortError' })
})

it('S003-11 every sub-agent has one signal, which aborts with the run, and its listeners cannot end the process', async () => {
  const { server, context } = await listening()
  const child = context.childSignal('one')
  expect(context.childSignal('one')).toBe(child)
  expect(context.childSignal('two')).not.toBe(child)
  child.addEventListener('abort', () => {
    throw new Error('a listener broke')
  })
  await server.cancel('a')
  await server.settle()
  expect(child.reason).toMatchObject({ name: 'AbortError', message: 'The run was cancelled.' })
  expect(context.childSignal('three').aborted).toBe(true)
  expect(server.log).toContainEqual(expect.objectContaining({ type: 'agent_threw' }))
})

it('S003-11 a sub-agent stops when the store says so, even if no notice arrives, and its parent continues', async () => {
  const { server, context } = await listening({
    deaf: true,
    work: (work) => ({
      ...work,
      async renew(leases, leaseMs) {
        const states = await work.renew(leases, leaseMs)
        return states.map((state) =>
          state.type === 'running' ? { ...state, stoppedChildren: ['one', 'early'] } : state,
        )
      },
    }),
  })
  const child = context.childSignal('one')
  await server.pass(4_900, 100)
  expect(child.aborted).toBe(false)
  await server.pass(200, 100)
  expect(child.reason).toMatchObject({ name: 'AbortError', message: 'The sub-agent was stopped.' })
  expect(context.childSignal('early').aborted).toBe(true)
  expect(context.childSignal('two').aborted).toBe(false)
  expect(context.signal.aborted).toBe(false)
})
