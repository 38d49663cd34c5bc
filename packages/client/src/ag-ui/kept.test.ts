/** What a page without a server keeps: lists, search, the inbox, and what is deleted. */
import { describe, expect, it } from 'vitest'
import { codeOf, ended, KEY, OTHER, startIn, until, words } from './testing/asking.ts'
import { createProfile } from './testing/profile.ts'

describe('what a page keeps', () => {
  it('is listed, renamed, found, read and deleted', async () => {
    const profile = createProfile()
    const page = profile.open()
    const call = await startIn(profile, page, KEY, 'r1')
    call.say('A very unusual word: zeugma.')
    call.finish()
    await ended(page, KEY, 'succeeded')
    await page.ask('changeThread', [KEY, { title: 'Plans' }])
    expect((await page.ask('threads', ['default'])).items).toMatchObject([
      { title: 'Plans', status: 'idle', unread: true },
    ])
    expect((await page.ask('threads', ['default', { q: 'zeug' }])).items).toHaveLength(1)
    expect((await page.ask('threads', ['default', { q: 'absent' }])).items).toHaveLength(0)
    expect((await page.ask('runs', [])).items).toMatchObject([{ ...KEY, runId: 'r1' }])
    expect(await codeOf(page.ask('deleteThread', [OTHER]))).toBe('not_found')
    await page.ask('deleteThread', [KEY])
    expect(await codeOf(page.ask('snapshot', [KEY]))).toBe('deleted')
    expect(await codeOf(page.ask('start', [KEY, { runId: 'r9', messages: [words('x')] }]))).toBe('deleted')
    const kept = await profile.store.read((at) => at.list('log', ['default', 'T1']))
    expect(kept).toEqual([])
    const inbox = await profile.store.read((at) => at.list('inbox', []))
    expect(JSON.stringify(inbox)).not.toContain('Plans')
  })

  it('a live run keeps its thread from being deleted, unless by force; then its agent is left', async () => {
    const profile = createProfile()
    const page = profile.open()
    const call = await startIn(profile, page, KEY, 'r1')
    expect(await codeOf(page.ask('deleteThread', [KEY]))).toBe('run_active')
    await page.ask('deleteThread', [KEY, { force: true }])
    await until(() => expect(call.hungUp).toBe(true))
    await until(() => expect(page.executing.snapshot()).toEqual([]))
    expect(await codeOf(page.ask('snapshot', [KEY]))).toBe('deleted')
  })

  it('lists threads a page at a time, newest activity first', async () => {
    const profile = createProfile()
    const page = profile.open()
    for (const n of [1, 2, 3, 4, 5]) {
      const call = await startIn(profile, page, { roomId: 'default', threadId: `T${n}` }, `r${n}`)
      call.finish()
      await ended(page, { roomId: 'default', threadId: `T${n}` }, 'succeeded')
    }
    const seen: string[] = []
    let before: string | undefined
    do {
      const { items, next } = await page.ask('threads', ['default', { limit: 2, ...(before && { before }) }])
      seen.push(...items.map(({ threadId }) => threadId))
      before = next
    } while (before !== undefined)
    expect(seen).toEqual(['T5', 'T4', 'T3', 'T2', 'T1'])
  })

  it('tells its inbox what starts and ends, from any position; an unknown position is refused', async () => {
    const profile = createProfile()
    const page = profile.open()
    const { cursor } = await page.ask('inbox', [])
    const seen: string[] = []
    const stop = new AbortController()
    const handlers = {
      onOpen() {},
      onBytes() {},
      onDropped() {},
      onEntries: (batch: readonly { type: string }[]) => void seen.push(...batch.map(({ type }) => type)),
    }
    const done = page.open({ type: 'inbox', cursor, handlers }, stop.signal)
    const call = await startIn(profile, page, KEY, 'r1')
    call.say('Hi.')
    call.finish()
    await until(() => expect(seen).toEqual(['ThreadCreated', 'RunQueued', 'RunStarted', 'RunCompleted']))
    expect(await page.ask('inbox', [])).toMatchObject({ rooms: [{ roomId: 'default', unread: 1 }], threads: [KEY] })
    stop.abort()
    await expect(done).rejects.toMatchObject({ fault: { type: 'aborted' } })
    const ahead = page.open({ type: 'inbox', cursor: '99', handlers }, new AbortController().signal)
    expect(await codeOf(ahead)).toBe('cursor_ahead')
    expect(await codeOf(page.open({ type: 'inbox', cursor: 'x', handlers }, stop.signal))).toBe('cursor_ahead')
  })

  it('is unread until it was read up to its end; a mark never goes back, and one set by hand ends with a later read', async () => {
    const profile = createProfile()
    const page = profile.open()
    const call = await startIn(profile, page, KEY, 'r1')
    call.say('Hi.')
    call.finish()
    await ended(page, KEY, 'succeeded')
    const { cursor } = await page.ask('inbox', [])
    const { completedSeq, lastSeq } = (await page.ask('snapshot', [KEY])).thread
    expect(completedSeq).toBe(lastSeq)
    expect(await page.ask('read', [KEY, { seq: completedSeq - 1 }])).toMatchObject({ unread: true })
    expect(await page.ask('read', [KEY, { seq: 999 }])).toMatchObject({ unread: false, readSeq: lastSeq })
    expect(await page.ask('read', [KEY, { seq: 1 }])).toMatchObject({ unread: false, readSeq: lastSeq })
    expect(await page.ask('markUnread', [KEY])).toMatchObject({ unread: true, markedUnread: true })
    expect(await page.ask('read', [KEY, { seq: lastSeq - 1 }])).toMatchObject({ unread: true })
    expect(await page.ask('readRoom', ['default'])).toMatchObject({ roomId: 'default', unread: 0 })
    await page.ask('markUnread', [KEY])
    await page.ask('readAll', [])
    expect(await page.ask('inbox', [])).toMatchObject({ rooms: [{ unread: 0 }], threads: [] })
    const rows = await profile.store.read((at) => at.list('inbox', [], { after: Number(cursor) }))
    expect(new Set(rows.map(({ entry }) => entry.type))).toEqual(new Set(['ReadMarkMoved']))
    const { envelopes, upToDate } = await page.ask('log', [KEY, { after: lastSeq - 1 }])
    expect([envelopes.map(({ seq }) => seq), upToDate]).toEqual([[lastSeq], true])
  })

  it('what needs a server is refused, and says so', async () => {
    const page = createProfile().open()
    expect(await codeOf(page.ask('cancelSubagent', [KEY, 's1']))).toBe('not_supported')
  })
})
