import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Event, EventType } from '@ag-ui/core'
import { type Envelope, type Outcome, runTerminal } from '@holdfast/core'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { ArchiveError } from '../archive/format.ts'
import type { Store } from '../port.ts'
import { LOCAL_PRINCIPAL as ME } from '../principal.ts'
import type { StartRequest } from '../run-record.ts'
import { openSqliteArchive } from './archive.ts'
import { openInThread, temporaryDirectory } from './testing/harness.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

function freshDirectory(): string {
  const directory = temporaryDirectory()
  directories.push(directory)
  return directory
}

const EXPORTED_AT = '2026-01-02T00:00:00.000Z'
const USAGE = [{ inputTokens: 3 }]
const SECRET = 'zebras quietly juggle'

async function withStore<T>(directory: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openInThread({ directory, publish: () => {} })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

const request = (runId: string, more: Partial<StartRequest> = {}): StartRequest => ({
  runId,
  messages: [{ id: `${runId}-q`, role: 'user', content: SECRET }],
  agentId: 'demo',
  onBusy: 'enqueue',
  tools: [],
  context: [],
  ...more,
})

async function claim(store: Store) {
  const [claimed] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000_000 })
  if (!claimed) throw new Error('nothing to claim')
  return claimed.lease
}

async function carryOut(store: Store, events: readonly Event[], outcome: Outcome = { type: 'succeeded' }) {
  const lease = await claim(store)
  await store.work.append(
    lease,
    events.map((event) => JSON.stringify(event)),
  )
  await store.work.end(lease, {
    events: [JSON.stringify(runTerminal(outcome, lease, USAGE))],
    outcome,
    usage: USAGE,
  })
}

const said = (id: string, count: number): Event[] => [
  { type: EventType.TEXT_MESSAGE_START, messageId: id, role: 'assistant' },
  ...Array.from({ length: count }, (_, n) => ({
    type: EventType.TEXT_MESSAGE_CONTENT as const,
    messageId: id,
    delta: `${SECRET} 🦀 ${n} "quoted"\n`,
  })),
  { type: EventType.TEXT_MESSAGE_END, messageId: id },
]

/** A room with every kind of content. */
async function lived(directory: string): Promise<void> {
  await withStore(directory, async (store) => {
    await store.rooms.create(ME, { roomId: 'r', title: 'The room', agentId: 'demo' })
    await store.threads.create(ME, { roomId: 'r', threadId: 'empty' }, 'Nothing yet')
    const long = { roomId: 'r', threadId: 'long' }
    await store.runs.start(ME, long, request('r1'))
    await carryOut(store, [
      ...said('a', 700),
      { type: EventType.TOOL_CALL_START, toolCallId: 'c', toolCallName: 'look', parentMessageId: 'a' },
      { type: EventType.TOOL_CALL_ARGS, toolCallId: 'c', delta: `{"for":"${SECRET}"}` },
      { type: EventType.TOOL_CALL_END, toolCallId: 'c' },
      { type: EventType.TOOL_CALL_RESULT, toolCallId: 'c', messageId: 'd', content: SECRET },
      { type: EventType.STATE_SNAPSHOT, snapshot: { [SECRET]: SECRET } },
      { type: EventType.STATE_DELTA, delta: [{ op: 'add', path: '/x', value: SECRET }] },
      { type: EventType.STEP_STARTED, stepName: 'one' },
      { type: EventType.STEP_STARTED, stepName: 'two' },
      { type: EventType.STEP_FINISHED, stepName: 'two' },
      { type: EventType.STEP_FINISHED, stepName: 'one' },
      { type: EventType.CUSTOM, name: 'mine', value: { text: SECRET } },
    ] as Event[])
    await store.runs.start(ME, long, request('r2', { messages: [], parentId: 'r1-q' }))
    await carryOut(store, said('b', 3), { type: 'failed', code: 'agent_error', message: SECRET })
    const waiting = { roomId: 'r', threadId: 'waiting' }
    await store.runs.start(ME, waiting, request('w1', { forwardedProps: { apiKey: SECRET } }))
    await claim(store)
    await store.runs.start(ME, waiting, request('w2'))
    await store.runs.start(ME, waiting, request('w3', { forwardedProps: { apiKey: SECRET } }))
    const other = { roomId: 'r', threadId: 'cancelled-early' }
    await store.runs.cancelRun(ME, other, 'c1', SECRET)
    await store.runs.start(ME, other, request('c1'))
    await store.threads.change(ME, long, {
      title: `About ${SECRET}`,
      archived: true,
      mutedUntil: Date.parse('1900-01-01T00:00:00Z'),
    })
    const gone = { roomId: 'r', threadId: 'gone' }
    await store.runs.start(ME, gone, request('g1'))
    await store.threads.delete(ME, gone, true)
  })
}

/** Questions that were answered, cancelled, have expired, or are open. */
async function asked(store: Store): Promise<void> {
  const asks = (id: string, expiresAt?: string): Outcome => ({
    type: 'interrupted',
    interrupts: [{ id, reason: 'approval', message: SECRET, ...(expiresAt !== undefined && { expiresAt }) }],
  })
  const answer = { interruptId: 'q1', status: 'resolved' as const, payload: { note: SECRET } }
  const key = (threadId: string) => ({ roomId: 'r', threadId })
  await store.runs.start(ME, key('answered'), request('q-run-1'))
  await carryOut(store, said('q-a', 1), asks('q1'))
  await store.runs.start(ME, key('answered'), request('q-run-2', { messages: [], resume: [answer] }))
  await carryOut(store, said('q-b', 1), asks('q2', '2020-01-01T00:00:00Z'))
  await store.work.settleDue()
  await store.runs.start(ME, key('withdrawn'), request('q-run-3'))
  await carryOut(store, said('q-c', 1), asks('q3'))
  await store.runs.cancelThread(ME, key('withdrawn'))
  await store.runs.start(ME, key('open'), request('q-run-4'))
  await carryOut(store, said('q-d', 1), asks('q4', '9000-01-01T00:00:00Z'))
}

/** A sub-agent whose steps were pruned, and a live run with one that is asked to stop. */
async function delegated(store: Store): Promise<void> {
  const key = { roomId: 'r', threadId: 'delegated' }
  const child = { type: 'SUBAGENT_STARTED', subagentRunId: 's', name: SECRET } as Event
  const text = said('s-a', 2).map((event) => ({ ...event, subagentRunId: 's' }) as Event)
  await store.runs.start(ME, key, request('s-run-1'))
  await carryOut(store, [child, ...text, { type: 'SUBAGENT_FINISHED', subagentRunId: 's' } as Event])
  await store.work.settleDue(0)
  await store.runs.start(ME, key, request('s-run-2'))
  const lease = await claim(store)
  await store.work.append(lease, [JSON.stringify(child)])
  await store.subagents.cancel(ME, key, 's')
}

function exported(directory: string, redact = false): string[] {
  const archive = openSqliteArchive(directory)
  try {
    return [...(archive.export({ tenantId: ME.tenantId, roomId: 'r' }, { exportedAt: EXPORTED_AT, redact }) ?? [])]
  } finally {
    archive.close()
  }
}

function imported(directory: string, lines: Iterable<string>) {
  const archive = openSqliteArchive(directory)
  try {
    return archive.import(lines)
  } finally {
    archive.close()
  }
}

/** Recomputes the last line, so that only the change itself is invalid. */
function resummed(lines: readonly string[]): string[] {
  const body = lines.slice(1, -1)
  const hash = createHash('sha256')
  for (const line of body) hash.update(line).update('\n')
  const end = { type: 'end', lines: body.length, sha256: hash.digest('hex') }
  return [lines[0] ?? '', ...body, JSON.stringify(end)]
}

const LIVED = ['empty', 'long', 'waiting', 'cancelled-early']

const snapshots = (directory: string, threadIds: readonly string[] = LIVED) =>
  withStore(directory, async (store) => {
    const found: unknown[] = []
    for (const threadId of threadIds) {
      const key = { roomId: 'r', threadId }
      found.push(
        await store.threads.snapshot(ME, key),
        await store.runs.list(ME, key, { limit: 200 }),
        await store.runs.queue(ME, key),
      )
    }
    for (const q of ['zebras', 'crab', 'juggle quietly', 'yet']) {
      found.push(await store.threads.list(ME, 'r', { limit: 50, q }))
    }
    return [...found, await store.rooms.get(ME, 'r'), await store.threads.list(ME, 'r', { limit: 50 })]
  })

describe('the export of a room', () => {
  it('round-trips: the export of an import is the same file byte for byte, and every snapshot is equal', async () => {
    const from = freshDirectory()
    await lived(from)
    const lines = exported(from)
    const to = freshDirectory()
    expect(imported(to, lines)).toMatchObject({ type: 'imported', roomId: 'r' })
    expect(exported(to)).toEqual(lines)
    expect(await snapshots(to)).toEqual(await snapshots(from))
  })

  it('keeps how questions were resolved, pruned steps, and which sub-agent is to stop', async () => {
    const from = freshDirectory()
    await withStore(from, async (store) => {
      await store.rooms.create(ME, { roomId: 'r', title: 'The room', agentId: 'demo' })
      await asked(store)
      await delegated(store)
    })
    const lines = exported(from)
    const to = freshDirectory()
    expect(imported(to, lines)).toMatchObject({ type: 'imported' })
    expect(exported(to)).toEqual(lines)
    const threadIds = ['answered', 'withdrawn', 'open', 'delegated']
    const found = await snapshots(to, threadIds)
    expect(found).toEqual(await snapshots(from, threadIds))
    const resolutions = found.flatMap((list) => {
      const { items = [] } = list as { readonly items?: readonly { readonly resolved?: string }[] }
      return items.flatMap(({ resolved }) => resolved ?? [])
    })
    expect(resolutions).toEqual(['answered', 'expired', 'cancelled'])
    await withStore(to, async (store) => {
      const delegating = { ...ME, roomId: 'r', threadId: 'delegated' }
      expect(await store.subagents.list(ME, delegating)).toMatchObject({
        subagents: [
          { status: 'succeeded', steps: [], droppedSteps: 1 },
          { status: 'running', stopping: true },
        ],
      })
      const lease = { ...delegating, tenantId: ME.tenantId, runId: 's-run-2', epoch: 1 }
      expect(await store.work.append(lease, [])).toEqual({ type: 'running', stoppedChildren: ['s'] })
    })
    const redacted = freshDirectory()
    expect(imported(redacted, exported(from, true))).toMatchObject({ type: 'imported' })
  })

  it('never contains forwarded properties', async () => {
    const from = freshDirectory()
    await lived(from)
    const lines = exported(from)
    expect(lines.join('\n')).not.toContain('apiKey')
    expect(lines.join('\n')).not.toContain('"forwardedProps":')
    const archive = openSqliteArchive(from)
    expect(archive.rooms()).toMatchObject([{ roomId: 'r', threads: 5, withheld: 1 }])
    archive.close()
  })

  it('can be imported after redaction', async () => {
    const from = freshDirectory()
    await lived(from)
    const lines = exported(from, true)
    const text = lines.join('\n')
    for (const word of [...SECRET.split(' '), 'crab', 'quoted', 'The room', 'Nothing yet'])
      expect(text).not.toContain(word)
    const plain = exported(from)
    expect(lines).toHaveLength(plain.length)
    const kinds = (all: string[]) => all.map((line) => (JSON.parse(line) as Partial<Envelope>).event?.type)
    expect(kinds(lines)).toEqual(kinds(plain))
    const to = freshDirectory()
    expect(imported(to, lines)).toMatchObject({ type: 'imported' })
    expect(exported(to, true)).toHaveLength(lines.length)
  })

  it('continues where it was imported: live runs have lost their worker, queued runs start next', async () => {
    const from = freshDirectory()
    await lived(from)
    const to = freshDirectory()
    imported(to, exported(from))
    await withStore(to, async (store) => {
      const key = { roomId: 'r', threadId: 'waiting' }
      expect(await store.work.settleOrphans('all')).toBe(1)
      expect(await store.runs.get(ME, key, 'w1')).toMatchObject({
        run: { status: 'failed', outcome: { code: 'worker_lost' } },
      })
      // A retried start of an imported run is the same run.
      const long = { roomId: 'r', threadId: 'long' }
      expect(await store.runs.start(ME, long, request('r1'))).toMatchObject({ type: 'same' })
      expect(await store.runs.start(ME, long, request('r9'))).toMatchObject({ type: 'accepted' })
      await carryOut(store, said('z', 2))
      expect(await store.runs.get(ME, long, 'r9')).toMatchObject({ run: { status: 'succeeded' } })
      // I8: what was deleted there does not come back here.
      const gone = { roomId: 'r', threadId: 'gone' }
      expect(await store.threads.snapshot(ME, gone)).toEqual({ type: 'deleted' })
      expect(await store.runs.start(ME, gone, request('g2'))).toEqual({ type: 'deleted' })
    })
  })

  it('can be imported if the same room is empty, and otherwise not', async () => {
    const from = freshDirectory()
    await lived(from)
    const lines = exported(from)
    const to = freshDirectory()
    await withStore(to, (store) => store.rooms.create(ME, { roomId: 'r', title: 'Empty', agentId: 'x' }))
    expect(imported(to, lines)).toMatchObject({ type: 'imported' })
    expect(imported(to, lines)).toEqual({ type: 'room_taken', why: 'has_threads' })
    expect(exported(to)).toEqual(lines)
  })
})

describe('a file of schema 8, in which a mute belonged to the thread', () => {
  const lines = readFileSync(new URL('./fixtures/room-of-schema-8.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')

  it('G12 can be imported, and its mute then belongs to the person who imports it', async () => {
    const directory = freshDirectory()
    expect(imported(directory, lines)).toMatchObject({ type: 'imported', roomId: 'room-2' })
    await withStore(directory, async (store) => {
      const muted = { roomId: 'room-2', threadId: 'muted' }
      const mutedUntil = '2030-01-01T00:00:00.000Z'
      expect(await store.threads.snapshot(ME, muted)).toMatchObject({ thread: { mutedUntil } })
      expect(await store.threads.snapshot({ ...ME, personId: 'other' }, muted)).not.toHaveProperty('thread.mutedUntil')
      expect(await store.threads.list(ME, 'room-2', { limit: 9 })).toMatchObject({ items: { length: 4 } })
    })
  })

  it('G8 is imported into the given tenant, and each person’s mutes are exported and imported again', async () => {
    const directory = freshDirectory()
    const import1 = (tenantId: string) => {
      const archive = openSqliteArchive(directory)
      try {
        return archive.import(lines, { tenantId })
      } finally {
        archive.close()
      }
    }
    const export1 = (from: string, tenantId: string) => {
      const archive = openSqliteArchive(from)
      try {
        return [...(archive.export({ tenantId, roomId: 'room-2' }, { exportedAt: EXPORTED_AT, redact: false }) ?? [])]
      } finally {
        archive.close()
      }
    }
    expect(import1('acme')).toMatchObject({ type: 'imported' })
    expect(import1('elsewhere')).toMatchObject({ type: 'imported' })
    expect(import1('acme')).toEqual({ type: 'room_taken', why: 'has_threads' })
    const bob = { tenantId: 'acme', personId: 'bob' }
    const idle = { roomId: 'room-2', threadId: 'idle' }
    await withStore(directory, (store) => store.threads.change(bob, idle, { mutedUntil: 7 }))
    const whole = export1(directory, 'acme')
    expect(whole.filter((line) => line.includes('"personId":"bob","mutedUntil":7'))).toHaveLength(1)
    expect(export1(directory, 'elsewhere').join()).not.toContain('bob","mutedUntil"')
    const other = freshDirectory()
    expect(imported(other, whole)).toMatchObject({ type: 'imported' })
    expect(export1(other, ME.tenantId)).toEqual(whole)
  })
})

describe('read marks in a file', () => {
  const key = { roomId: 'r', threadId: 't' }
  const bob = { ...ME, personId: 'bob' }

  async function marked(redact = false): Promise<readonly string[]> {
    const from = freshDirectory()
    await withStore(from, async (store) => {
      await store.rooms.create(ME, { roomId: 'r', title: 'Room' })
      await store.rooms.change(bob, 'r', { mutedUntil: 7 })
      await store.runs.start(ME, key, request('r-1'))
      await carryOut(store, [])
      await store.marks.read(ME, key, 1_000)
      await store.marks.unread(ME, key)
      await store.marks.read(bob, key, 2)
    })
    return exported(from, redact)
  }

  it('S004-C8 each person’s marks and mutes are exported and imported again', async () => {
    const lines = await marked()
    const to = freshDirectory()
    expect(imported(to, lines)).toMatchObject({ type: 'imported' })
    expect(exported(to)).toEqual(lines)
    await withStore(to, async (store) => {
      const shown = async (who: typeof ME) => {
        const found = await store.threads.snapshot(who, key)
        return found.type === 'snapshot' ? found.thread : undefined
      }
      expect(await shown(ME)).toMatchObject({ unread: true, markedUnread: true, readSeq: lines.length - 4 })
      expect(await shown(bob)).toMatchObject({ unread: true, readSeq: 2 })
      expect(await shown({ ...ME, personId: 'new' })).toMatchObject({ unread: true, readSeq: 0 })
      expect(await store.rooms.get(bob, 'r')).toMatchObject({ room: { mutedUntil: 7 } })
    })
  })

  it('a redacted file says nothing of what a thread or a room is to people', async () => {
    const lines = await marked()
    expect(lines.join()).toContain('"personId":"bob"')
    expect((await marked(true)).join()).not.toContain('"persons"')
  })

  it('S004-C7 nothing of a file from before there were read marks is unread', async () => {
    const lines = (await marked()).map((line) =>
      line.replace(/,"persons":\[[^\]]*\]/, '').replace(/,"completedSeq":\d+/, ''),
    )
    const to = freshDirectory()
    expect(imported(to, resummed(lines))).toMatchObject({ type: 'imported' })
    await withStore(to, async (store) => {
      expect(await store.threads.list(ME, 'r', { limit: 9 })).toMatchObject({
        items: [{ unread: false, completedSeq: 0 }],
      })
    })
  })

  it.each([
    ['a mark', /"readSeq":2\b/, '"readSeq":999'],
    ['a mark as unread', /"markedUnread":\d+/, '"markedUnread":999'],
    ['the end of a run', /"completedSeq":\d+/, '"completedSeq":999'],
  ])('a file in which %s lies beyond the end of the log is refused', async (_, find, put) => {
    const lines = (await marked()).map((line) => line.replace(find, put))
    expect(() => imported(freshDirectory(), resummed(lines))).toThrow('beyond the end of its log')
  })
})

describe('an invalid file', () => {
  async function sound() {
    const from = freshDirectory()
    await lived(from)
    return exported(from)
  }

  function refusal(lines: Iterable<string>): ArchiveError {
    const to = freshDirectory()
    let refused: unknown
    try {
      imported(to, lines)
    } catch (error) {
      refused = error
    }
    expect(refused).toBeInstanceOf(ArchiveError)
    // A failed import leaves nothing behind, and the store can still be opened.
    const archive = openSqliteArchive(to)
    expect(archive.rooms()).toEqual([])
    archive.close()
    return refused as ArchiveError
  }

  it('is refused wherever it is truncated, with the line, and leaves nothing behind', async () => {
    const lines = await sound()
    for (const length of [0, 1, 2, 7, Math.floor(lines.length / 2), lines.length - 1]) {
      expect(refusal(lines.slice(0, length)).line).toBe(length + 1)
    }
    expect(refusal([...lines, '{}']).line).toBe(lines.length + 1)
    const torn = lines.with(5, (lines[5] ?? '').slice(0, 20))
    expect(refusal(torn).line).toBe(6)
  })

  it('is refused for one changed character', async () => {
    const lines = await sound()
    const at = lines.findIndex((line) => line.includes('TEXT_MESSAGE_CONTENT'))
    expect(refusal(lines.with(at, (lines[at] ?? '').replace(SECRET, SECRET.toUpperCase()))).line).toBe(lines.length)
  })

  it('is refused for records that no server would have written, with the line', async () => {
    const lines = await sound()
    const find = (text: string) => lines.findIndex((line) => line.includes(text))
    const content = find('TEXT_MESSAGE_CONTENT')
    const accepted = find('"run.accepted"')
    const ended = find('"run.ended"')
    const swap = (line: number, from: string | RegExp, to: string) =>
      lines.with(line, (lines[line] ?? '').replace(from, to))
    const cases: readonly (readonly [string, readonly string[], number])[] = [
      ['another room', swap(content, '"roomId":"r"', '"roomId":"q"'), content],
      ['another thread', swap(content, '"threadId":"long"', '"threadId":"tall"'), content],
      ['a gap', lines.toSpliced(content, 1), content],
      ['a record twice', lines.toSpliced(content, 0, lines[content] ?? ''), content + 1],
      ['more than an event', swap(content, /}$/, ',"more":1}'), content],
      ['a time that runs back', swap(content, /"at":"[^"]*"/, '"at":"1999-01-01T00:00:00.000Z"'), content],
      ['the future', swap(content, /"at":"[^"]*"/, '"at":"2999-01-01T00:00:00.000Z"'), content],
      ['an illegal event', swap(content, '"delta":', '"gamma":'), content],
      ['an unknown run', swap(content, '"runId":"r1"', '"runId":"zz"'), content],
      ['a run accepted twice', lines.toSpliced(accepted, 0, lines[accepted] ?? ''), accepted + 1],
      ['an unknown outcome', swap(ended, '"succeeded"', '"exploded"'), ended],
      ['another version', swap(0, '"v":1', '"v":2'), 0],
      ['a title that no route accepts', swap(0, '"title":"The room"', `"title":"${'x'.repeat(201)}"`), 0],
      ['a thread title that no route accepts', swap(1, /"title":"[^"]*"/, `"title":"${'x'.repeat(201)}"`), 1],
      ['an id that no route accepts', swap(0, '"roomId":"r"', '"roomId":".."'), 0],
      ['deep JSON', swap(content, '"delta":', `"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},"delta":`), content],
      ['a deep line', lines.with(1, '['.repeat(1_000_000)), 1],
      ['no room', swap(0, '"roomId":"r"', '"roomId":"../r"'), 0],
    ]
    for (const [what, changed, line] of cases) expect([what, refusal(resummed(changed)).line]).toEqual([what, line + 1])
  })

  it('is either refused or imported as it is, whatever was changed in it', async () => {
    const lines = await sound()
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const hostile = fc.oneof(fc.string(), fc.json(), fc.constantFrom(...lines), fc.constant(deep), fc.constant('{}'))
    fc.assert(
      fc.property(fc.nat(lines.length - 2), hostile, fc.boolean(), (at, line, insert) => {
        const changed = resummed(lines.toSpliced(at, insert ? 0 : 1, line))
        if (changed.join('\n') === lines.join('\n')) return
        refusal(changed)
      }),
      { numRuns: 25 },
    )
  })
})

describe('the check of a store', () => {
  it('covers every thread', async () => {
    const directory = freshDirectory()
    await lived(directory)
    const archive = openSqliteArchive(directory)
    const seen: number[] = []
    const found = archive.check((done) => seen.push(done))
    archive.close()
    expect(found).toMatchObject({ threads: 5, problems: [] })
    expect(found.records).toBeGreaterThan(700)
    expect(seen).toEqual([1, 2, 3, 4, 5])
  })

  it('finds a damaged log and names its thread', async () => {
    const directory = freshDirectory()
    await lived(directory)
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(join(directory, 'holdfast.db'))
    database.exec("UPDATE segment SET body = CAST(replace(CAST(body AS TEXT), 'quoted', 'qu0ted') AS BLOB)")
    database.close()
    const archive = openSqliteArchive(directory)
    expect(archive.check(() => {}).problems).toEqual([expect.stringContaining('r/long')])
    archive.close()
    expect(readdirSync(directory)).toContain('holdfast.db')
    expect(readFileSync(join(directory, 'holdfast.db')).length).toBeGreaterThan(0)
  })
})
