/** Threads that run side by side in one room: what is of one never touches another, from its input to its row. */
import { describe, expect, it } from 'vitest'
import type { Notice } from '../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import type { StartRequest } from '../store/run-record.ts'
import { createHouse, expectLegalEnd, type PuppetCall } from './testing/house.ts'

type House = Awaited<ReturnType<typeof createHouse>>

async function open() {
  const house = await createHouse()
  await house.engine.start()
  return house
}

function callOf(house: House, runId: string): PuppetCall {
  const call = house.calls.find(({ input }) => input.runId === runId)
  if (!call) throw new Error(`${runId} was not called`)
  return call
}

async function wholeAnswer(house: House, runId: string, ...texts: string[]) {
  const call = callOf(house, runId)
  for (const text of texts) {
    call.text(text)
    await house.pass(30)
  }
  call.finish()
  await house.pass(60)
}

const said = ({ input }: PuppetCall) => input.messages.map(({ content }) => content)

async function viewOf(house: House, threadId: string) {
  const answer = await house.store.threads.snapshot(me, house.key(threadId))
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
  it('S001-1 S001-11 S001-50 keep every record and row under the thread it came with', async () => {
    const house = await open()
    const started = ['a', 'b'].map((id) => house.ask(id, 'puppet', undefined, undefined, `to ${id}`))
    await Promise.all(started)
    await house.settle()
    for (let n = 0; n < 5; n++) {
      for (const id of ['a', 'b']) callOf(house, id).text(`<${id}${n}>`)
      await house.pass(30)
    }
    for (const id of ['b', 'a']) callOf(house, id).finish()
    await house.pass(60)
    for (const [id, other] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const key = house.key(id)
      const envelopes = await house.envelopes(id)
      for (const envelope of envelopes) expect(envelope).toMatchObject({ ...key, runId: id })
      expect(JSON.stringify(envelopes)).not.toContain(`${other}0`)
      expect(await viewOf(house, id)).toMatchObject({
        thread: key,
        view: {
          messages: [{ content: `to ${id}` }, { content: `<${id}0><${id}1><${id}2><${id}3><${id}4>` }],
          runs: [{ runId: id, status: 'succeeded' }],
        },
      })
    }
  })

  it('S001-42 S001-14 send each agent the history of its own thread, whatever is sent elsewhere meanwhile', async () => {
    const house = await open()
    await house.ask('a', 'puppet', undefined, undefined, 'first to a')
    await house.ask('b', 'puppet', undefined, undefined, 'first to b')
    await house.settle()
    const given = structuredClone(callOf(house, 'a').input)
    await wholeAnswer(house, 'b', 'b says')
    await house.askAs('b', 'b2', 'reject', 'puppet', undefined, undefined, 'second to b')
    await house.settle()
    expect(callOf(house, 'a').input).toEqual(given)
    await wholeAnswer(house, 'a', 'a says')
    await house.askAs('a', 'a2', 'reject', 'puppet', undefined, undefined, 'second to a')
    await house.settle()
    expect(said(callOf(house, 'a2'))).toEqual(['first to a', 'a says', 'second to a'])
    expect(said(callOf(house, 'b2'))).toEqual(['first to b', 'b says', 'second to b'])
    expect(callOf(house, 'a2').context.roomId).toBe('default')
  })

  it('S001-12 go on with their own: an answer to A’s question runs with A’s history, into A, while B speaks', async () => {
    const house = await open()
    await house.ask('a', 'puppet', undefined, undefined, 'to a')
    await house.ask('b', 'puppet', undefined, undefined, 'to b')
    await house.settle()
    const interrupt = { type: 'interrupt', interrupts: [{ id: 'i', reason: 'Which?' }] }
    callOf(house, 'a').say({ type: 'RUN_FINISHED', outcome: interrupt })
    callOf(house, 'b').text('b1 ')
    await house.pass(60)
    const resume = [{ interruptId: 'i', status: 'resolved' as const, payload: 'this one' }]
    const answer = await house.store.runs.start(me, house.key('a'), request('a2', { messages: [], resume }))
    expect(answer).toMatchObject({ type: 'accepted', run: { continues: 'a' } })
    await house.settle()
    expect(callOf(house, 'a2').input).toMatchObject({ threadId: 'a', resume })
    expect(said(callOf(house, 'a2'))).toEqual(['to a'])
    await wholeAnswer(house, 'a2', 'this one it is')
    await wholeAnswer(house, 'b', 'b2')
    expect(await house.text('a')).toBe('this one it is')
    expect(await house.text('b')).toBe('b1 b2')
  })

  it('S001-22 S001-38 S001-48 an error stays where it is: the other’s run, stream and queue go on as they were', async () => {
    const house = await open()
    for (const id of ['a', 'b']) {
      await house.ask(id)
      await house.askAs(id, `${id}2`, 'enqueue')
    }
    await house.settle()
    callOf(house, 'b').text('b1 ')
    await house.pass(60)
    const before = await viewOf(house, 'b')
    callOf(house, 'a').fail(new Error('A broke.'))
    await house.pass(60)
    expectLegalEnd(
      (await house.envelopes('a')).filter(({ runId }) => runId === 'a'),
      { type: 'failed', code: 'agent_error' },
    )
    expect(await house.store.runs.queue(me, house.key('a'))).toMatchObject({ queue: { order: ['a2'], paused: true } })
    expect(await viewOf(house, 'b')).toEqual(before)
    expect(callOf(house, 'b').context.signal.aborted).toBe(false)
    await wholeAnswer(house, 'b', 'b2')
    expect(await house.text('b')).toBe('b1 b2')
    await wholeAnswer(house, 'b2', 'next')
    expect(await house.store.runs.get(me, house.key('b'), 'b2')).toMatchObject({ run: { status: 'succeeded' } })
  })

  it('S001-21 S001-52 one is deleted once that is forced: its run is cancelled first, nothing comes after, the other streams on', async () => {
    const house = await open()
    await house.ask('a')
    await house.ask('b')
    await house.settle()
    for (const id of ['a', 'b']) callOf(house, id).text(`${id}1 `)
    await house.pass(60)
    const before = await house.envelopes('b')
    expect(await house.store.threads.delete(me, house.key('a'), false)).toEqual({ type: 'run_active', runId: 'a' })
    expect(await house.store.threads.delete(me, house.key('a'), true)).toEqual({ type: 'gone' })
    await house.settle()
    expect(callOf(house, 'a').context.signal.aborted).toBe(true)
    callOf(house, 'a').text('late')
    await house.pass(60)
    const range = { after: 0, maxBytes: 1e6, maxRecords: 1e3 }
    expect(await house.store.log.read(me, house.key('a'), range)).toMatchObject({ type: 'deleted' })
    expect(await house.envelopes('b')).toEqual(before)
    await wholeAnswer(house, 'b', 'b2')
    expect(await house.text('b')).toBe('b1 b2')
  })
})

it('S001-53 S001-36 twenty threads of one room run at once, each with its own words and end', async () => {
  const house = await open()
  const ids = Array.from({ length: 20 }, (_, n) => `t${n}`)
  for (const id of ids) await house.ask(id)
  await house.settle()
  expect(house.engine.active).toBe(20)
  for (let n = 0; n < 3; n++) {
    for (const id of ids) callOf(house, id).text(`${id}.${n} `)
    await house.pass(30)
  }
  for (const id of ids.toReversed()) callOf(house, id).finish()
  await house.pass(60)
  for (const id of ids) {
    expect(await house.text(id)).toBe(`${id}.0 ${id}.1 ${id}.2 `)
    expect(await house.run(id)).toMatchObject({ status: 'succeeded' })
  }
})

it('G8 a token of its own in every payload of 200 threads: each log holds its own, all of them, and no other', async () => {
  const house = await open()
  const ids = Array.from({ length: 200 }, (_, n) => `t${n}`)
  for (const id of ids) await house.ask(id, 'demo', { tokens: 5, flood: true, prefix: `<${id}>` }, undefined, `[${id}]`)
  await house.pass(200, 20)
  for (const id of ids) {
    const envelopes = await house.envelopes(id)
    expectLegalEnd(envelopes, { type: 'succeeded' })
    const tokens = JSON.stringify(envelopes).match(/[<[]t\d+[>\]]/g) ?? []
    expect(new Set(tokens), id).toEqual(new Set([`<${id}>`, `[${id}]`]))
    expect(await house.text(id)).toBe(Array.from({ length: 5 }, (_, n) => `<${id}>${n} `).join(''))
  }
})

describe('what waits in a thread', () => {
  it('S001-69 S001-70 is held behind the current run, or leaves, and that run ends as it would', async () => {
    const house = await open()
    await house.ask('a')
    for (const id of ['a2', 'a3']) await house.askAs('a', id, 'enqueue')
    await house.settle()
    await house.store.runs.changeQueue(me, house.key('a'), { paused: true })
    await house.store.runs.cancelRun(me, house.key('a'), 'a2')
    expect(callOf(house, 'a').context.signal.aborted).toBe(false)
    await wholeAnswer(house, 'a', 'whole')
    expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
    expect(house.calls).toHaveLength(1)
    await house.store.runs.changeQueue(me, house.key('a'), { paused: false })
    await house.settle()
    expect(house.calls.map(({ input }) => input.runId)).toEqual(['a', 'a3'])
  })

  it('S001-75 advances once, however often an end is told', async () => {
    const house = await open()
    const told: Notice[] = []
    house.bus.subscribe((notice) => {
      if (notice.type === 'run.ended' || notice.type === 'run.queued') told.push(notice)
    })
    await house.ask('a')
    for (const id of ['a2', 'a3']) await house.askAs('a', id, 'enqueue')
    await house.settle()
    await wholeAnswer(house, 'a', 'done')
    for (const notice of [...told, ...told]) house.bus.publish(notice)
    await house.pass(60)
    expect(house.calls.map(({ input }) => input.runId)).toEqual(['a', 'a2'])
  })
})
