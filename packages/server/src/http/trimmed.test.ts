/** What a reader gets of a log that retention has trimmed, over HTTP. */
import { paths, type ThreadSnapshot } from '@holdfast/core'
import { beforeEach, expect, it } from 'vitest'
import { createTestServer, expectProblem, KEY, readUntil, type TestServer } from './testing/test-server.ts'

let server: TestServer
/** The first position that is left. */
let firstSeq = 0

async function run(runId: string): Promise<void> {
  await server.start(runId)
  const lease = await server.claim()
  await server.say(lease, 'word ')
  await server.finish(lease)
  server.clock.advance(60_000)
}

beforeEach(async () => {
  server = await createTestServer()
  await run('r-1')
  const { trimmed } = await server.store.retention.sweep({ endedBefore: server.clock.now() })
  firstSeq = trimmed + 1
  await run('r-2')
})

it('a page and a stream from before its beginning are 410, with the position from which it goes on', async () => {
  for (const query of ['after=0', `after=${firstSeq - 2}`, 'after=0&live=sse', 'after=0&live=long-poll']) {
    const problem = await expectProblem(await server.ask(`${paths.log(KEY)}?${query}`), 410, 'cursor_gone')
    expect(problem).toMatchObject({ firstSeq, detail: expect.stringContaining(String(firstSeq)) })
  }
  const rest = await server.ask(`${paths.log(KEY)}?after=${firstSeq - 1}`)
  expect(rest.status).toBe(200)
  expect(((await rest.json()) as { envelopes: { seq: number }[] }).envelopes[0]?.seq).toBe(firstSeq)
})

it('the events of a run that was trimmed are 410, and the run itself stays', async () => {
  for (const query of ['', '?after=0', '?live=sse']) {
    await expectProblem(await server.ask(`${paths.runEvents(KEY, 'r-1')}${query}`), 410, 'cursor_gone')
  }
  expect((await server.ask(paths.runEvents(KEY, 'r-2'))).status).toBe(200)
  const { items } = (await (await server.ask(paths.allRuns())).json()) as { items: { runId: string }[] }
  expect(items.map(({ runId }) => runId)).toEqual(['r-2', 'r-1'])
})

it('the feed says resync, and the snapshot has everything and says where the log begins', async () => {
  const feed = await server.ask(paths.feed(), { threads: [{ ...KEY, after: 1 }] })
  const text = await readUntil(feed, 'event: resync')
  expect(text).toContain('"reason":"cursor_gone"')
  const snapshot = (await (await server.ask(paths.thread(KEY))).json()) as ThreadSnapshot
  expect(snapshot.firstSeq).toBe(firstSeq)
  expect(snapshot.messages.map(({ id }) => id)).toEqual(['r-1-q', 'r-2-q'])
  const on = await server.ask(paths.feed(), { threads: [{ ...KEY, after: snapshot.seq }] })
  expect(await readUntil(on, 'event: caught-up')).not.toContain('resync')
})
