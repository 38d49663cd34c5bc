/** G6: a cancel that was acknowledged, and the server killed in the same breath: after its restart it is the truth. */
import { paths } from '@holdfast/core'
import { createHoldfastServer, type HoldfastServer } from '../server.ts'
import { endOf, expectOneEnd, post, readLog, wait } from './asking.ts'
import { dice } from './dice.ts'

const THREADS = 6

export interface CancelKillReport {
  readonly kills: number
  readonly acknowledged: number
}

export async function cancelKillLoop(
  kills: number,
  seed: number,
  say: (line: string) => void,
): Promise<CancelKillReport> {
  const random = dice(seed)
  const server = await createHoldfastServer({ HOLDFAST_LOG: 'error' })
  let acknowledged = 0
  try {
    await server.start()
    for (let round = 1; round <= kills; round++) {
      acknowledged += await killAmongCancels(server, round, random)
      if (round % 10 === 0) say(`${round}/${kills} kills, ${acknowledged} acknowledged cancels, each kept`)
    }
    await server.stop()
  } finally {
    await server.dispose()
  }
  return { kills, acknowledged }
}

async function killAmongCancels(server: HoldfastServer, round: number, random: () => number): Promise<number> {
  const keys = Array.from({ length: THREADS }, (_, n) => ({ roomId: 'default', threadId: `kept-${round}-${n}` }))
  const runs = await Promise.all(keys.map((key) => server.play(key, { tokens: 1_000, intervalMs: 5 })))
  await wait(random() * 50)
  const answers = Promise.all(
    keys.map(async (key, n) => {
      await wait(random() * 20)
      return post(server.url, paths.cancelRun(key, runs[n]?.runId ?? ''), { reason: 'enough' })
    }),
  )
  await wait(5 + random() * 50)
  await server.kill()
  const given = await answers
  await server.start()
  let acknowledged = 0
  for (const [n, key] of keys.entries()) {
    const end = await endOf(server, key, runs[n]?.runId ?? '')
    expectOneEnd(key, await readLog(server, key))
    if (given[n]?.status !== 202) continue
    acknowledged++
    if (end.status !== 'cancelled')
      throw new Error(`${key.threadId}: a cancel was acknowledged, and it ended ${end.status}`)
  }
  return acknowledged
}
