import { paths } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import type { Store } from '../store/port.ts'
import { LOCAL_PRINCIPAL as ME, type Principal } from '../store/principal.ts'
import { createHeavyReads } from './heavy-reads.ts'
import { createTestServer, KEY, readUntil } from './testing/test-server.ts'

const YOU: Principal = { ...ME, personId: 'you' }
const here = new AbortController().signal
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** The test controls the turns of the event loop and when each read ends. */
function atWork() {
  const turns: (() => void)[] = []
  const heavy = createHeavyReads({ turn: (run) => void turns.push(run) })
  const began: string[] = []
  const ends = new Map<string, () => void>()
  return {
    heavy,
    began,
    turns,
    read: (name: string, who = ME, signal = here) =>
      heavy.run(who, signal, () => {
        began.push(name)
        return new Promise<void>((resolve) => ends.set(name, resolve))
      }),
    async end(name: string) {
      ends.get(name)?.()
      await settled()
    },
    async turn() {
      for (const run of turns.splice(0)) run()
      await settled()
    },
  }
}

describe('heavy reads', () => {
  it('are in progress two at a time, and the next one starts in another turn of the event loop', async () => {
    const { read, began, end, turn } = atWork()
    for (const name of ['a', 'b', 'c', 'd']) void read(name)
    await settled()
    expect(began).toEqual(['a', 'b'])
    await end('a')
    expect(began).toEqual(['a', 'b'])
    await turn()
    expect(began).toEqual(['a', 'b', 'c'])
    await end('b')
    await end('c')
    await turn()
    await end('d')
    await turn()
    void read('e')
    void read('f')
    void read('g')
    await settled()
    expect(began.slice(3)).toEqual(['d', 'e', 'f'])
  })

  it('take turns by person: another person’s read overtakes those that one person has waiting', async () => {
    const { read, began, end, turn } = atWork()
    for (const name of ['a', 'b', 'c', 'd', 'e']) void read(name)
    void read('yours', YOU)
    for (const name of ['a', 'b', 'c', 'yours', 'd']) {
      await end(name)
      await turn()
    }
    expect(began).toEqual(['a', 'b', 'c', 'yours', 'd', 'e'])
  })

  it('of a client that left do nothing, and failed ones free their slot', async () => {
    const { heavy, read, began, end, turn } = atWork()
    const left = new AbortController()
    void read('a')
    const failing = heavy.run(ME, here, () => Promise.reject(new Error('broke')))
    const gone = expect(read('gone', ME, left.signal)).rejects.toThrow('left')
    void read('b')
    left.abort(new Error('left'))
    await expect(failing).rejects.toThrow('broke')
    await turn()
    await gone
    await turn()
    expect(began).toEqual(['a', 'b'])
    await end('a')
  })

  it('build a large response 64 KiB at a time, with a turn of the event loop after each', async () => {
    const { heavy, turns, turn } = atWork()
    const taken: string[] = []
    function* parts() {
      for (let n = 0; n < 40; n++) {
        taken.push('x')
        yield 'é'.repeat(8 * 1024)
      }
    }
    const made = heavy.bytesOf(parts())
    for (let piece = 1; piece <= 5; piece++) {
      await settled()
      expect(taken).toHaveLength(piece * 8)
      expect(turns).toHaveLength(1)
      await turn()
    }
    expect(Buffer.from(await made).toString()).toBe('é'.repeat(40 * 8 * 1024))
  })
})

describe('beside heavy readers', () => {
  it('a live stream reads at once and a run can start, while at most two pages, searches or snapshots are read at a time', async () => {
    const held: (() => void)[] = []
    let asked = 0
    let hold = true
    const later = <T>(answer: () => Promise<T>) => {
      asked++
      if (!hold) return answer()
      return new Promise<T>((resolve, reject) => held.push(() => answer().then(resolve, reject)))
    }
    const server = await createTestServer({
      wrap: (store): Store => ({
        ...store,
        log: {
          read: (who, key, range) => {
            const read = () => store.log.read(who, key, range)
            return range.maxRecords === 1_000 ? later(read) : read()
          },
        },
        threads: {
          ...store.threads,
          list: (...args) => later(() => store.threads.list(...args)),
          snapshot: (...args) => later(() => store.threads.snapshot(...args)),
        },
      }),
    })
    await server.start('r')
    const heavy = [
      `${paths.log(KEY)}?limit=1000`,
      `${paths.runEvents(KEY, 'r')}?limit=1000`,
      paths.thread(KEY),
      `${paths.threads(KEY.roomId)}?q=hello`,
    ].flatMap((path) => [server.ask(path), server.ask(path), server.ask(path)])
    await settled()
    expect(asked).toBe(2)
    const live = await server.ask(`${paths.log(KEY)}?live=sse`)
    expect(await readUntil(live, 'caught-up')).toContain('"r"')
    expect((await server.start('next', { ...KEY, threadId: 'other' })).status).toBe(202)
    expect(asked).toBe(2)
    held.shift()?.()
    await settled()
    await settled()
    expect(asked).toBe(3)
    hold = false
    for (const answer of held) answer()
    const answers = await Promise.all(heavy)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(asked).toBe(12)
  })
})
