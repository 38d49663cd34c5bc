/** Threads that run side by side in one room never touch each other, from input to stored row. */
import { describe, expect, it } from 'vitest'
import type { Notice } from '../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import type { StartRequest } from '../store/run-record.ts'
import { createTestServer, expectLegalEnd, type PuppetCall } from './testing/test-server.ts'

type TestServer = Awaited<ReturnType<typeof createTestServer>>

async function open() {
  const server = await createTestServer()
  await server.engine.start()
  return server
}

function callOf(server: TestServer, runId: string): PuppetCall {
  const call = server.calls.find(({ input }) => input.runId === runId)
  if (!call) throw new Error(`${runId} was not called`)
  return call
}

async function wholeAnswer(server: TestServer, runId: string, ...texts: string[]) {
  const call = callOf(server, runId)
  for (const text of texts) {
    call.text(text)
    await server.pass(30)
  }
  call.finish()
  await server.pass(60)
}

const said = ({ input }: PuppetCall) => input.messages.map(({ content }) => content)

async function viewOf(server: TestServer, threadId: string) {
  const answer = await server.store.threads.snapshot(me, server.key(threadId))
  if (answer.type !== 'snapshot') throw new Error(answer.type)
  return answer
}

const request = (runId: string, more: Partial<StartRequest> = {}): StartRequest => ({
  runId,
  messages: [{ id: `${runId}-q`, role: 'user', content: 'Hi' }],
  agentId: 'puppet',
  onBusy: 'reject',
  tools: [],
  context: [],
  ...more,
})

describe('two threads in flight', () => {
  it('S001-1 S001-11 S001-50 keep every record and row under its own thread', async () => {
    const server = await open()
    const started = ['a', 'b'].map((id) => server.ask(id, 'puppet', undefined, undefined, `to ${id}`))
    await Promise.all(started)
    await server.settle()
    for (let n = 0; n < 5; n++) {
      for (const id of ['a', 'b']) callOf(server, id).text(`<${id}${n}>`)
      await server.pass(30)
    }
    for (const id of ['b', 'a']) callOf(server, id).finish()
    await server.pass(60)
    for (const [id, other] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const key = server.key(id)
      const envelopes = await server.envelopes(id)
      for (const envelope of envelopes) expect(envelope).toMatchObject({ ...key, runId: id })
      expect(JSON.stringify(envelopes)).not.toContain(`${other}0`)
      expect(await viewOf(server, id)).toMatchObject({
        thread: key,
        view: {
          messages: [{ content: `to ${id}` }, { content: `<${id}0><${id}1><${id}2><${id}3><${id}4>` }],
          runs: [{ runId: id, status: 'succeeded' }],
        },
      })
    }
  })

  it('S001-42 S001-14 give each agent the history of its own thread, whatever is sent elsewhere meanwhile', async () => {
    const server = await open()
    await server.ask('a', 'puppet', undefined, undefined, 'first to a')
    await server.ask('b', 'puppet', undefined, undefined, 'first to b')
    await server.settle()
    const given = structuredClone(callOf(server, 'a').input)
    await wholeAnswer(server, 'b', 'b says')
    await server.askAs('b', 'b2', 'reject', 'puppet', undefined, undefined, 'second to b')
    await server.settle()
    expect(callOf(server, 'a').input).toEqual(given)
    await wholeAnswer(server, 'a', 'a says')
    await server.askAs('a', 'a2', 'reject', 'puppet', undefined, undefined, 'second to a')
    await server.settle()
    expect(said(callOf(server, 'a2'))).toEqual(['first to a', 'a says', 'second to a'])
    expect(said(callOf(server, 'b2'))).toEqual(['first to b', 'b says', 'second to b'])
    expect(callOf(server, 'a2').context.roomId).toBe('default')
  })

  it('S001-12 continue on their own: a run that answers A uses A’s history and writes to A while B streams', async () => {
    const server = await open()
    await server.ask('a', 'puppet', undefined, undefined, 'to a')
    await server.ask('b', 'puppet', undefined, undefined, 'to b')
    await server.settle()
    const interrupt = { type: 'interrupt', interrupts: [{ id: 'i', reason: 'Which?' }] }
    callOf(server, 'a').say({ type: 'RUN_FINISHED', outcome: interrupt })
    callOf(server, 'b').text('b1 ')
    await server.pass(60)
    const resume = [{ interruptId: 'i', status: 'resolved' as const, payload: 'this one' }]
    const answer = await server.store.runs.start(me, server.key('a'), request('a2', { messages: [], resume }))
    expect(answer).toMatchObject({ type: 'accepted', run: { continues: 'a' } })
    await server.settle()
    expect(callOf(server, 'a2').input).toMatchObject({ threadId: 'a', resume })
    expect(said(callOf(server, 'a2'))).toEqual(['to a'])
    await wholeAnswer(server, 'a2', 'this one it is')
    await wholeAnswer(server, 'b', 'b2')
    expect(await server.text('a')).toBe('this one it is')
    expect(await server.text('b')).toBe('b1 b2')
  })

  it('S001-22 S001-38 S001-48 an error stays in its thread: the other’s run, stream and queue continue', async () => {
    const server = await open()
    for (const id of ['a', 'b']) {
      await server.ask(id)
      await server.askAs(id, `${id}2`, 'enqueue')
    }
    await server.settle()
    callOf(server, 'b').text('b1 ')
    await server.pass(60)
    const before = await viewOf(server, 'b')
    callOf(server, 'a').fail(new Error('A broke.'))
    await server.pass(60)
    expectLegalEnd(
      (await server.envelopes('a')).filter(({ runId }) => runId === 'a'),
      { type: 'failed', code: 'agent_error' },
    )
    expect(await server.store.runs.queue(me, server.key('a'))).toMatchObject({ queue: { order: ['a2'], paused: true } })
    expect(await viewOf(server, 'b')).toEqual(before)
    expect(callOf(server, 'b').context.signal.aborted).toBe(false)
    await wholeAnswer(server, 'b', 'b2')
    expect(await server.text('b')).toBe('b1 b2')
    await wholeAnswer(server, 'b2', 'next')
    expect(await server.store.runs.get(me, server.key('b'), 'b2')).toMatchObject({ run: { status: 'succeeded' } })
  })

  it('S001-21 S001-52 a forced delete cancels the thread’s run first, nothing follows it, and the other thread keeps streaming', async () => {
    const server = await open()
    await server.ask('a')
    await server.ask('b')
    await server.settle()
    for (const id of ['a', 'b']) callOf(server, id).text(`${id}1 `)
    await server.pass(60)
    const before = await server.envelopes('b')
    expect(await server.store.threads.delete(me, server.key('a'), false)).toEqual({ type: 'run_active', runId: 'a' })
    expect(await server.store.threads.delete(me, server.key('a'), true)).toEqual({ type: 'gone' })
    await server.settle()
    expect(callOf(server, 'a').context.signal.aborted).toBe(true)
    callOf(server, 'a').text('late')
    await server.pass(60)
    const range = { after: 0, maxBytes: 1e6, maxRecords: 1e3 }
    expect(await server.store.log.read(me, server.key('a'), range)).toMatchObject({ type: 'deleted' })
    expect(await server.envelopes('b')).toEqual(before)
    await wholeAnswer(server, 'b', 'b2')
    expect(await server.text('b')).toBe('b1 b2')
  })
})

it('S001-53 S001-36 twenty threads of one room run at once, each with its own text and end', async () => {
  const server = await open()
  const ids = Array.from({ length: 20 }, (_, n) => `t${n}`)
  for (const id of ids) await server.ask(id)
  await server.settle()
  expect(server.engine.active).toBe(20)
  for (let n = 0; n < 3; n++) {
    for (const id of ids) callOf(server, id).text(`${id}.${n} `)
    await server.pass(30)
  }
  for (const id of ids.toReversed()) callOf(server, id).finish()
  await server.pass(60)
  for (const id of ids) {
    expect(await server.text(id)).toBe(`${id}.0 ${id}.1 ${id}.2 `)
    expect(await server.run(id)).toMatchObject({ status: 'succeeded' })
  }
})

it('G8 200 threads with a unique token in every payload: each log holds all of its own tokens and no others', async () => {
  const server = await open()
  const ids = Array.from({ length: 200 }, (_, n) => `t${n}`)
  for (const id of ids)
    await server.ask(id, 'demo', { tokens: 5, flood: true, prefix: `<${id}>` }, undefined, `[${id}]`)
  await server.pass(200, 20)
  for (const id of ids) {
    const envelopes = await server.envelopes(id)
    expectLegalEnd(envelopes, { type: 'succeeded' })
    const tokens = JSON.stringify(envelopes).match(/[<[]t\d+[>\]]/g) ?? []
    expect(new Set(tokens), id).toEqual(new Set([`<${id}>`, `[${id}]`]))
    expect(await server.text(id)).toBe(Array.from({ length: 5 }, (_, n) => `<${id}>${n} `).join(''))
  }
})

describe('a queued message', () => {
  it('S001-69 S001-70 stays behind the current run or is removed, and that run ends as it would', async () => {
    const server = await open()
    await server.ask('a')
    for (const id of ['a2', 'a3']) await server.askAs('a', id, 'enqueue')
    await server.settle()
    await server.store.runs.changeQueue(me, server.key('a'), { paused: true })
    await server.store.runs.cancelRun(me, server.key('a'), 'a2')
    expect(callOf(server, 'a').context.signal.aborted).toBe(false)
    await wholeAnswer(server, 'a', 'whole')
    expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
    expect(server.calls).toHaveLength(1)
    await server.store.runs.changeQueue(me, server.key('a'), { paused: false })
    await server.settle()
    expect(server.calls.map(({ input }) => input.runId)).toEqual(['a', 'a3'])
  })

  it('S001-75 advances once, however often an end is announced', async () => {
    const server = await open()
    const told: Notice[] = []
    server.bus.subscribe((notice) => {
      if (notice.type === 'run.ended' || notice.type === 'run.queued') told.push(notice)
    })
    await server.ask('a')
    for (const id of ['a2', 'a3']) await server.askAs('a', id, 'enqueue')
    await server.settle()
    await wholeAnswer(server, 'a', 'done')
    for (const notice of [...told, ...told]) server.bus.publish(notice)
    await server.pass(60)
    expect(server.calls.map(({ input }) => input.runId)).toEqual(['a', 'a2'])
  })
})
