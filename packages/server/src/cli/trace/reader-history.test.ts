import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readersOf } from './reader-history.ts'
import type { RunTrace } from './run-trace.ts'

const KEY = { roomId: 'default', threadId: 't1' }
const tenantId = 'a'
const time = (ms: number) => new Date(Date.parse('2026-01-01T00:00:00.000Z') + ms).toISOString()
const moment = (ms: number, seq: number) => ({ at: time(ms), ms, seq })
const TRACE: RunTrace = {
  ...KEY,
  runId: 'r1',
  agentId: 'demo',
  status: 'succeeded',
  accepted: moment(0, 5),
  claims: [{ ...moment(10, 6), epoch: 1 }],
  phases: [],
  waits: [],
  cancels: [],
  records: 4,
  bytes: 400,
  commits: 3,
  ended: { ...moment(900, 9), outcome: { type: 'succeeded' } },
}
const accepted = { type: 'run_accepted', tenantId, ...KEY, runId: 'r1', at: time(0), seq: 5 }
const started = { type: 'run_started', tenantId, ...KEY, runId: 'r1', at: time(10), seq: 6, readers: 1 }
const ended = { type: 'run_ended', tenantId, ...KEY, runId: 'r1', at: time(900), seq: 9, readers: 2 }
const joined = (ms: number) => ({ type: 'reader_joined', tenantId, ...KEY, at: time(ms), seq: 6, readers: 2 })

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-readers-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function write(name: string, ...lines: readonly (object | string)[]): void {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
  writeFileSync(join(directory, name), text.join(''))
}

it('the readers of a run are found in the file of events and in its older generations, in order', async () => {
  write('events.jsonl.2', accepted, started)
  write('events.jsonl.1', '{"type":"reader_joi', '', 'null', joined(300))
  write('events.jsonl', { ...joined(500), type: 'reader_left', seq: 8, readers: 1 }, ended)
  expect(await readersOf(directory, TRACE)).toEqual({
    recorded: true,
    atStart: 1,
    atEnd: 2,
    changes: [
      { type: 'reader_joined', at: time(300), ms: 300, seq: 6, readers: 2 },
      { type: 'reader_left', at: time(500), ms: 500, seq: 8, readers: 1 },
    ],
  })
})

it('readers at another time, of another thread or of another tenant do not count', async () => {
  const other = { ...joined(200), tenantId: 'b' }
  const lines = [joined(-100), accepted, { ...joined(200), threadId: 't2' }, other, { ...started, runId: 'r2' }, ended]
  write('events.jsonl', ...lines, joined(2_000))
  expect(await readersOf(directory, TRACE)).toEqual({ recorded: true, atEnd: 2, changes: [] })
})

it('a run of another server, or a directory without the file, has no recorded readers', async () => {
  expect(await readersOf(directory, TRACE)).toEqual({ recorded: false })
  write('events.jsonl', { ...accepted, at: time(-5_000) }, started, joined(300), ended)
  expect(await readersOf(directory, TRACE)).toEqual({ recorded: false })
  expect(await readersOf(join(directory, 'nowhere'), TRACE)).toEqual({ recorded: false })
})
