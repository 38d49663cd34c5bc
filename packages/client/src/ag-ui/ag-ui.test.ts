/** A run of a page without a server: what its agent is asked, what is kept of it, how it ends. */
import { describe, expect, it } from 'vitest'
import { read } from '../transport/testing/under-test.ts'
import { ended, KEY, runsOf, startIn, textsOf, until, words } from './testing/asking.ts'
import { createProfile, type Profile } from './testing/profile.ts'

describe('a run', () => {
  it('S002-36 needs no server: its input goes to the agent’s address, and the answer into the log', async () => {
    const profile = createProfile()
    const page = profile.open()
    const log = read(page, KEY, 0)
    const call = await startIn(profile, page, KEY, 'r1')
    expect(call.url).toBe('https://agents.example/first')
    expect(call.input).toMatchObject({
      runId: 'r1',
      messages: [{ content: 'Hello r1' }],
      state: {},
      forwardedProps: {},
    })
    call.say('Hi.')
    call.finish()
    await ended(page, KEY, 'succeeded')
    expect(await textsOf(page, KEY)).toEqual(['Hello r1', 'Hi.'])
    await until(() =>
      expect(log.seen.at(-1)?.event).toMatchObject({ type: 'run.ended', outcome: { type: 'succeeded' } }),
    )
    expect(log.seqs()).toEqual(log.seen.map((_, index) => index + 1))
    expect(log.notes).toEqual(['open', 'caught-up'])
    expect(profile.others).toEqual([])
    log.stop.abort()
  })

  it('is followed word by word while it goes on, and the next one is given the whole conversation', async () => {
    const profile = createProfile()
    const page = profile.open()
    const call = await startIn(profile, page, KEY, 'r1')
    call.send({ type: 'TEXT_MESSAGE_START', messageId: 'a', role: 'assistant' })
    call.send({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'One ' })
    await until(async () => expect(await textsOf(page, KEY)).toEqual(['Hello r1', 'One ']))
    call.send({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'two.' })
    await until(async () => expect(await textsOf(page, KEY)).toEqual(['Hello r1', 'One two.']))
    call.finish()
    await ended(page, KEY, 'succeeded')
    const next = await startIn(profile, page, KEY, 'r2')
    expect(next.input.messages.map(({ content }) => content)).toEqual(['Hello r1', 'One two.', 'Hello r2'])
    next.finish()
  })

  it('S002-41 that is stopped hangs up on its agent, keeps what was said, and pauses the queue behind it', async () => {
    const profile = createProfile()
    const page = profile.open()
    const call = await startIn(profile, page, KEY, 'r1')
    call.say('Half')
    await until(async () => expect(await textsOf(page, KEY)).toContain('Half'))
    await page.ask('start', [KEY, { runId: 'r2', onBusy: 'enqueue', messages: [words('And then?')] }])
    const { run } = (await page.ask('cancelThread', [KEY, 'enough'])) as { run?: { status: string } }
    expect(run?.status).toBe('cancelling')
    await until(async () => expect((await runsOf(page, KEY))[0]?.status).toBe('cancelled'))
    expect(call.hungUp).toBe(true)
    const { queue, queuePaused } = await page.ask('snapshot', [KEY])
    expect([queue.length, queuePaused]).toEqual([1, true])
    expect(await textsOf(page, KEY)).toEqual(['Hello r1', 'Half'])
    await until(() => expect(profile.others).toEqual(['https://agents.example/first/stop/default%2FT1']))
    await page.ask('changeQueue', [KEY, { paused: false }])
    await until(() => expect(profile.calls).toHaveLength(2))
    profile.calls[1]?.finish()
  })

  it.each<[string, (profile: Profile) => void, string, RegExp]>([
    [
      'cannot be reached',
      (p) => p.refuseNext(() => Promise.reject(new TypeError('Failed to fetch'))),
      'agent_error',
      /CORS/,
    ],
    [
      'is somewhere else',
      (p) => p.refuseNext(() => new Response('', { status: 404 })),
      'agent_error',
      /no AG-UI agent/,
    ],
    ['is a page', (p) => p.refuseNext(() => new Response('<!doctype html>')), 'agent_protocol', /event stream/],
    [
      'speaks another protocol',
      (p) => p.refuseNext(() => new Response('data: {"choices":[]}\n\n')),
      'agent_protocol',
      /event stream/,
    ],
    [
      'says no JSON',
      (p) => p.refuseNext(() => new Response('data: {"type":\n\ndata: {}\n\n')),
      'agent_protocol',
      /valid JSON/,
    ],
    [
      'sends too much',
      (p) => p.refuseNext(() => new Response(`data: "${'x'.repeat(1_200_000)}`)),
      'limit_exceeded',
      /too large/,
    ],
  ])('fails with a sentence when its agent %s, and the next one is asked again', async (_, refuse, code, sentence) => {
    const profile = createProfile()
    const page = profile.open()
    refuse(profile)
    await page.ask('start', [KEY, { runId: 'r1', messages: [words('Hello')] }])
    await ended(page, KEY, 'failed')
    expect((await runsOf(page, KEY))[0]).toMatchObject({
      outcome: { type: 'failed', code, message: expect.stringMatching(sentence) },
    })
    const call = await startIn(profile, page, KEY, 'r2')
    call.say('Here.')
    call.finish()
    await ended(page, KEY, 'succeeded')
  })

  it('says that the device is offline, and keeps the message', async () => {
    const profile = createProfile()
    const page = profile.open({ online: false })
    profile.refuseNext(() => Promise.reject(new TypeError('Failed to fetch')))
    await page.ask('start', [KEY, { runId: 'r1', messages: [words('Hello')] }])
    await ended(page, KEY, 'failed')
    expect((await runsOf(page, KEY))[0]).toMatchObject({ outcome: { message: expect.stringMatching(/offline/) } })
    expect(await textsOf(page, KEY)).toEqual(['Hello'])
  })

  it('that breaks off is a failure and keeps its text', async () => {
    const profile = createProfile()
    const page = profile.open()
    const call = await startIn(profile, page, KEY, 'r1')
    call.say('Half')
    await until(async () => expect(await textsOf(page, KEY)).toContain('Half'))
    call.drop()
    await ended(page, KEY, 'failed')
    expect((await runsOf(page, KEY))[0]).toMatchObject({ outcome: { code: 'agent_incomplete' } })
    expect(await textsOf(page, KEY)).toEqual(['Hello r1', 'Half'])
  })
})
