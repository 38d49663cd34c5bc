/**
 * G7: many parallel attempts of the same start, while the server is killed at a random moment and restarted. There is
 * one run, and the model was asked at most once; exactly once unless the server died between accepting the run and
 * asking.
 */
import { paths, type StartBody } from '@holdfast/core'
import { askFor, startProvider } from '../provider.ts'
import { createHoldfastServer } from '../server.ts'
import { type Answered, endOf, expectOneEnd, post, readLog, wait } from './asking.ts'
import { dice } from './dice.ts'

const RETRIES = 50
const LONGEST_BEFORE_KILL_MS = 150

export interface RetryReport {
  readonly kills: number
  readonly tries: number
  readonly calls: number
  readonly succeeded: number
}

export async function retryLoop(kills: number, seed: number, say: (line: string) => void): Promise<RetryReport> {
  const random = dice(seed)
  const provider = await startProvider()
  const server = await createHoldfastServer({ OPENAI_BASE_URL: provider.url, OPENAI_MODEL: 'm', HOLDFAST_LOG: 'error' })
  const total = { tries: 0, calls: 0, succeeded: 0 }
  try {
    await server.start()
    for (let round = 1; round <= kills; round++) {
      const key = { roomId: 'default', threadId: `retry-${round}` }
      const before = (await provider.asked()).calls
      const body: StartBody = {
        runId: 'run',
        messages: [{ id: 'q', role: 'user', content: askFor({ words: 10, ms: 5 }) }],
        agentId: 'model',
      }
      const once = async (): Promise<Answered | undefined> => {
        total.tries++
        return post(server.url, paths.runs(key), body)
      }
      const tries = Promise.all(
        Array.from({ length: RETRIES }, async (_, n) => {
          await wait(random() * (n % 2) * LONGEST_BEFORE_KILL_MS)
          return once()
        }),
      )
      await wait(random() * LONGEST_BEFORE_KILL_MS)
      await server.kill()
      const answers = await tries
      await server.start()
      const again = await Promise.all(Array.from({ length: RETRIES }, once))
      for (const answer of [...answers, ...again]) {
        if (answer && answer.status !== 202 && answer.status !== 503) {
          throw new Error(`${key.threadId}: a try was answered ${answer.status}: ${JSON.stringify(answer.body)}`)
        }
      }
      if (!again.some((answer) => answer?.status === 202)) throw new Error(`${key.threadId}: no try was accepted`)

      const end = await endOf(server, key, 'run')
      const runs = await server.runs(key)
      if (runs.length !== 1) throw new Error(`${key.threadId}: ${runs.length} runs`)
      expectOneEnd(key, await readLog(server, key))
      const calls = (await provider.asked()).calls - before
      if (calls > 1) throw new Error(`${key.threadId}: the model was asked ${calls} times`)
      if (end.status === 'succeeded' && calls !== 1) throw new Error(`${key.threadId}: an answer that nobody was asked`)
      if (end.status !== 'succeeded' && end.status !== 'failed') throw new Error(`${key.threadId}: ${end.status}`)
      total.calls += calls
      total.succeeded += end.status === 'succeeded' ? 1 : 0
      if (round % 10 === 0) say(`${round}/${kills} kills among ${total.tries} tries: one run and one call each`)
    }
    await server.stop()
  } finally {
    await server.dispose()
    await provider.close()
  }
  return { kills, ...total }
}
