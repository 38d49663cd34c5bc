/** The end of a page without a server, and several pages of one profile. */
import { describe, expect, it } from 'vitest'
import { createRunRegistry } from '../registry/registry.ts'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { read } from '../transport/testing/under-test.ts'
import { codeOf, ended, KEY, OTHER, runsOf, startIn, textsOf, until, words } from './testing/asking.ts'
import { createProfile } from './testing/profile.ts'

describe('the end of a page', () => {
  it('S002-10 ends its runs, and the next page says so and keeps what was said', async () => {
    const profile = createProfile()
    const page = profile.open()
    const call = await startIn(profile, page, KEY, 'r1')
    call.say('Half an ans')
    await until(async () => expect(await textsOf(page, KEY)).toContain('Half an ans'))
    expect(page.executing.snapshot()).toEqual([KEY])
    profile.kill(page)
    await until(() => expect(call.hungUp).toBe(true))
    const next = profile.open()
    await ended(next, KEY, 'failed')
    expect((await runsOf(next, KEY))[0]).toMatchObject({
      outcome: { code: 'worker_lost', message: expect.stringMatching(/^The page was closed/) },
    })
    expect(await textsOf(next, KEY)).toEqual(['Hello r1', 'Half an ans'])
    // The agent may not have noticed.
    await until(() => expect(profile.others).toContain('https://agents.example/first/stop/default%2FT1'))
    const retried = await startIn(profile, next, KEY, 'r2')
    retried.say('Whole.')
    retried.finish()
    await ended(next, KEY, 'succeeded')
  })

  it('lets what waited behind the run wait for the person', async () => {
    const profile = createProfile()
    const page = profile.open()
    await startIn(profile, page, KEY, 'r1')
    await page.ask('start', [KEY, { runId: 'r2', onBusy: 'enqueue', messages: [words('And then?')] }])
    profile.kill(page)
    const next = profile.open()
    await until(async () => expect((await runsOf(next, KEY))[0]?.status).toBe('failed'))
    expect(await next.ask('snapshot', [KEY])).toMatchObject({ queuePaused: true, queueHeldBy: 'failure' })
    await next.ask('changeQueue', [KEY, { paused: false }])
    await until(() => expect(profile.calls).toHaveLength(2))
    profile.calls[1]?.finish()
  })

  it('S002-8 S002-9 is all that ends a run: closing the registry, leaving threads and streams does not', async () => {
    const profile = createProfile()
    const page = profile.open()
    const environment = createManualEnvironment()
    const registry = createRunRegistry({ transport: page, environment })
    const leave = registry.observe(KEY).subscribe(() => {})
    const ticket = registry.start(KEY, { text: 'Hello' })
    await ticket.accepted
    await until(() => expect(profile.calls).toHaveLength(1))
    leave()
    registry.observe(OTHER).subscribe(() => {})()
    registry.close()
    const [call] = profile.calls
    call?.say('Still here.')
    call?.finish()
    await ended(page, KEY, 'succeeded')
    expect(call?.hungUp).toBe(false)
    expect(await runsOf(page, KEY)).toMatchObject([{ runId: ticket.runId }])
    const again = createRunRegistry({ transport: page, environment })
    const thread = again.observe(KEY)
    thread.subscribe(() => {})
    await until(() => {
      environment.clock.advance(100)
      expect(thread.snapshot().content).toMatchObject({ type: 'ready', view: { runs: [{ runId: ticket.runId }] } })
    })
    again.close()
  })

  it('S002-11 a view that left before its start was accepted finds the run when it returns', async () => {
    const profile = createProfile()
    const page = profile.open()
    const environment = createManualEnvironment()
    const registry = createRunRegistry({ transport: page, environment })
    const leave = registry.observe(KEY).subscribe(() => {})
    const ticket = registry.start(KEY, { text: 'Hello' })
    leave()
    await ticket.accepted
    await until(() => expect(profile.calls).toHaveLength(1))
    const thread = registry.observe(KEY)
    thread.subscribe(() => {})
    profile.calls[0]?.say('Found.')
    await until(() => {
      environment.clock.advance(100)
      expect(JSON.stringify(thread.snapshot().content)).toContain('Found.')
    })
    profile.calls[0]?.finish()
    await ended(page, KEY, 'succeeded')
    registry.close()
  })
})

describe('two pages of one profile', () => {
  it('see one log, and a run that one of them executes can be stopped in the other', async () => {
    const profile = createProfile()
    const [page, other] = [profile.open(), profile.open()]
    const log = read(other, KEY, 0)
    const call = await startIn(profile, page, KEY, 'r1')
    call.say('Hi.')
    await until(() => expect(JSON.stringify(log.seen)).toContain('Hi.'))
    expect(other.executing.snapshot()).toEqual([])
    await other.ask('cancelRun', [KEY, 'r1'])
    await ended(page, KEY, 'cancelled')
    expect(call.hungUp).toBe(true)
    log.stop.abort()
  })

  it('ask the agent once for each run, whichever of them is asked', async () => {
    const profile = createProfile()
    const [page, other] = [profile.open(), profile.open()]
    const messages = [words('Hello')]
    await Promise.all([page, other].map((each) => each.ask('start', [KEY, { runId: 'r1', messages }])))
    await until(() => expect(profile.calls).toHaveLength(1))
    expect(await codeOf(other.ask('start', [KEY, { runId: 'r2', messages: [words('Me too')] }]))).toBe('run_active')
    profile.calls[0]?.finish()
    await ended(other, KEY, 'succeeded')
    expect(profile.calls).toHaveLength(1)
  })

  it('settle the run of one that is closed, without a reload', async () => {
    const profile = createProfile()
    const [page, other] = [profile.open(), profile.open()]
    await startIn(profile, page, KEY, 'r1')
    profile.kill(page)
    await ended(other, KEY, 'failed')
    await startIn(profile, other, KEY, 'r2')
    profile.calls[1]?.finish()
  })

  it('begin what one of them was asked for and could not begin any more', async () => {
    const profile = createProfile()
    const [page, other] = [profile.open(), profile.open()]
    await other.ask('rooms', [])
    const accepted = page.ask('start', [KEY, { runId: 'r1', messages: [words('Hello')] }])
    page.close()
    await accepted
    await until(() => expect(profile.calls).toHaveLength(1))
    expect(other.executing.snapshot()).toEqual([KEY])
    profile.calls[0]?.finish()
  })
})
