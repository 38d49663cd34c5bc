import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createEventFile, type EventFileOptions, type EventLine } from './event-file.ts'

const root = mkdtempSync(join(tmpdir(), 'holdfast-events-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0

function open(more: Partial<EventFileOptions> = {}) {
  const directory = join(root, `${++count}`)
  mkdirSync(directory)
  const onFault = vi.fn()
  const options = { directory, now: () => 0, onFault, gatherMs: 0, ...more }
  return { directory, onFault, options, file: createEventFile(options) }
}

const line = (n: number): EventLine => ({ type: 'orphans_settled', at: '1970-01-01T00:00:00.000Z', count: n })
const numbersIn = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => (JSON.parse(text) as { count: number }).count)

describe('events.jsonl', () => {
  it('has every line, in order, after a close, and continues where an earlier process stopped', async () => {
    const { directory, file, options } = open()
    for (let n = 0; n < 100; n++) file.record(line(n))
    await file.close()
    await file.close()
    file.record(line(-1))
    const again = createEventFile(options)
    again.record(line(100))
    await again.close()
    expect(numbersIn(join(directory, 'events.jsonl'))).toEqual(Array.from({ length: 101 }, (_, n) => n))
  })

  it('writes lines that are recorded shortly after each other together, and at its close at once', async () => {
    const { directory, file } = open({ gatherMs: 3_600_000 })
    for (let n = 0; n < 3; n++) {
      file.record(line(n))
      await new Promise(setImmediate)
    }
    expect(existsSync(join(directory, 'events.jsonl'))).toBe(false)
    await file.close()
    expect(numbersIn(join(directory, 'events.jsonl'))).toEqual([0, 1, 2])
  })

  it('processes each of many pending lines once, so they delay nothing else', async () => {
    const { directory, file } = open()
    for (let n = 0; n < 5_000; n++) file.record(line(n))
    const looked = vi.spyOn(Buffer, 'byteLength')
    await file.close()
    const units = looked.mock.calls.reduce((sum, [text]) => sum + (typeof text === 'string' ? text.length : 0), 0)
    looked.mockRestore()
    const path = join(directory, 'events.jsonl')
    expect(numbersIn(path)).toHaveLength(5_000)
    expect(units).toBeLessThan(3 * statSync(path).size)
  })

  it('stays within its size and generations, with whole lines in each', async () => {
    const { directory, file } = open({ maxBytes: 500, keep: 2 })
    for (let n = 0; n < 40; n++) {
      file.record(line(n))
      if (n % 7 === 0) await new Promise(setImmediate)
    }
    await file.close()
    expect(readdirSync(directory).sort()).toEqual(['events.jsonl', 'events.jsonl.1', 'events.jsonl.2'])
    const kept = ['.2', '.1', ''].flatMap((end) => numbersIn(join(directory, `events.jsonl${end}`)))
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 40 - kept.length + n))
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(500)
  })

  it('harms nothing if it cannot be written: reports it once, counts each lost line, and continues when it can', async () => {
    const { directory, file, onFault } = open({ maxWaiting: 5 })
    const path = join(directory, 'events.jsonl')
    mkdirSync(path)
    let recorded = 0
    const record = () => file.record(line(++recorded))
    for (let n = 0; n < 20; n++) record()
    await vi.waitFor(() => expect(onFault).toHaveBeenCalledOnce())
    // Each of these is another failed attempt: the lines counted before are not lost with it.
    for (let tries = 0; tries < 3; tries++) {
      record()
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
    }
    rmSync(path, { recursive: true })
    await vi.waitFor(() => {
      record()
      expect(existsSync(path)).toBe(true)
    })
    await file.close()
    expect(onFault).toHaveBeenCalledOnce()
    const [lost, ...kept] = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as EventLine & { count: number })
    expect(lost).toEqual({ type: 'lines_lost', at: '1970-01-01T00:00:00.000Z', count: recorded - kept.length })
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.map(({ count }) => count)).toEqual(kept.map((_, index) => recorded - kept.length + index + 1))
  })
})
