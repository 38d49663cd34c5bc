/**
 * I1, G6: cancels that race the ends of their runs. Whichever wins, a run ends once: as cancelled if its cancel was
 * acknowledged, and as the answer said if the cancel came too late.
 */
import { paths, type Run } from '@holdfast/core'
import { createHoldfastServer, type HoldfastServer } from '../server.ts'
import { endOf, expectOneEnd, post, readLog, wait } from './asking.ts'
import { dice } from './dice.ts'

const AT_ONCE = 10

export interface CancelReport {
  readonly cancels: number
  readonly won: number
  readonly late: number
}

export async function cancelLoop(cancels: number, seed: number, say: (line: string) => void): Promise<CancelReport> {
  const random = dice(seed)
  const server = await createHoldfastServer({ HOLDFAST_LOG: 'error' })
  const total = { won: 0, late: 0 }
  try {
    await server.start()
    for (let begun = 0; begun < cancels; begun += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, cancels - begun) }, (_, n) => begun + n)
      for (const won of await Promise.all(batch.map((n) => race(server, n, random)))) total[won]++
      if ((begun / AT_ONCE) % 5 === 4)
        say(`${begun + batch.length}/${cancels} cancels: ${total.won} won, ${total.late} late`)
    }
    await server.stop()
  } finally {
    await server.dispose()
  }
  return { cancels, ...total }
}

async function race(server: HoldfastServer, n: number, random: () => number): Promise<'won' | 'late'> {
  const key = { roomId: 'default', threadId: `cancel-${n}` }
  const tokens = Math.floor(random() * 20)
  const { runId } = await server.play(key, { tokens, intervalMs: 2 })
  // About as long as the run takes, so that half of the cancels come too late.
  await wait(random() * (tokens * 4 + 60))
  const answer = await post(server.url, paths.cancelRun(key, runId), {})
  if (!answer) throw new Error(`${key.threadId}: no answer to a cancel`)
  const end = await endOf(server, key, runId)
  expectOneEnd(key, await readLog(server, key))
  if (answer.status === 202) {
    if (end.status !== 'cancelled') throw new Error(`${key.threadId}: an acknowledged cancel ended ${end.status}`)
    return 'won'
  }
  const { alreadyTerminal, status } = answer.body as { alreadyTerminal?: boolean; status?: Run['status'] }
  if (answer.status !== 200 || !alreadyTerminal || status !== end.status) {
    throw new Error(`${key.threadId}: a late cancel was answered ${JSON.stringify(answer)}, and it ended ${end.status}`)
  }
  return 'late'
}
