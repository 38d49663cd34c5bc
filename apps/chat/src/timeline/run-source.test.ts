import { createScriptedTransport } from '@holdfast/client/testing'
import type { Envelope, RunInThread } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { exportRun, followRun } from './run-source.ts'

const KEY = { roomId: 'default', threadId: 'T' }

/** A thread with one ended run and a second that is live or, with `words`, has ended too. */
async function setUp({ words = 0 } = {}) {
  const transport = createScriptedTransport()
  transport.startElsewhere(KEY, 'before', 'Hello')
  transport.end(KEY, 'before')
  const begin = transport.log(KEY).length
  transport.startElsewhere(KEY, 'run', 'And?')
  for (let n = 0; n < words; n += 1) transport.say(KEY, 'run', `w${n} `)
  if (words > 0) {
    transport.end(KEY, 'run')
    transport.startElsewhere(KEY, 'after', 'More')
  }
  const run = (await transport.ask('runs', [])).items.find(({ runId }) => runId === 'run') as RunInThread
  return { transport, run, begin }
}

describe('following a run', () => {
  it('starts with its acceptance, whatever the thread held before, and continues while it runs', async () => {
    const { transport, run, begin } = await setUp()
    const seen: Envelope[] = []
    const looking = new AbortController()
    const over = followRun(transport, run, (batch) => seen.push(...batch), looking.signal)
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0))
    expect(seen[0]).toMatchObject({ seq: begin + 1, runId: 'run', event: { type: 'run.accepted' } })
    transport.say(KEY, 'run', 'So.')
    expect(seen.at(-1)).toMatchObject({ runId: 'run', event: { delta: 'So.' } })
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, at) => begin + 1 + at))
    looking.abort()
    await expect(over).rejects.toMatchObject({ fault: { type: 'aborted' } })
    expect(transport.connections).toBe(0)
  })

  it('that is abandoned before the first answer opens nothing', async () => {
    const { transport, run } = await setUp()
    const goOn = transport.hold('runEvents')
    const looking = new AbortController()
    const over = followRun(transport, run, () => {}, looking.signal)
    looking.abort()
    goOn()
    await over
    expect(transport.asked.map(({ type }) => type)).not.toContain('openLog')
  })

  it('S000-1 G5 requests nothing but reads', async () => {
    const { transport, run } = await setUp()
    const looking = new AbortController()
    const over = followRun(transport, run, () => {}, looking.signal)
    await vi.waitFor(() => expect(transport.connections).toBe(1))
    looking.abort()
    await over.catch(() => {})
    expect(new Set(transport.asked.map(({ type }) => type))).toEqual(new Set(['runs', 'runEvents', 'openLog']))
    expect(transport.view(KEY).runs.at(-1)?.status).toBe('running')
  })
})

describe('the export of a run', () => {
  it('contains all its events and no others, over any number of pages, with its metadata', async () => {
    const { transport, run } = await setUp({ words: 30 })
    const { runEvents } = transport.answers
    const pages = vi
      .spyOn(transport.answers, 'runEvents')
      .mockImplementation((key, runId, query) => runEvents(key, runId, { ...query, limit: 10 }))
    const blob = await exportRun(transport, run)
    expect(blob.type).toBe('application/json')
    const saved = JSON.parse(await blob.text())
    expect(saved.run).toEqual(run)
    const own = transport.log(KEY).filter(({ kind, runId }) => kind === 'agui' && runId === 'run')
    expect(saved.events).toEqual(own.map(({ event }) => event))
    expect(pages.mock.calls.length).toBeGreaterThan(3)
  })

  it('of a live run ends where the run is', async () => {
    const { transport, run } = await setUp()
    transport.say(KEY, 'run', 'So far')
    const { events } = JSON.parse(await (await exportRun(transport, run)).text())
    expect(events.at(-1)).toMatchObject({ delta: 'So far' })
  })
})
