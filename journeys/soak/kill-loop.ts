/**
 * G1: a real server process is killed again and again during its runs, with three witnesses on each thread. After each
 * restart the log must contain every record that any witness saw, byte for byte, without gaps, and every run must have
 * ended as it should (G4).
 */
import { type Envelope, type EventPage, paths, type ThreadKey } from '@holdfast/core'
import { createHoldfastServer, type HoldfastServer, type Script } from '../server.ts'
import { get, readLog } from './asking.ts'
import { dice } from './dice.ts'
import { createWitness, type Witness } from './witness.ts'

const WITNESSES = 3
const THREADS = 3

export interface KillReport {
  readonly kills: number
  readonly runs: number
  readonly recordsSeen: number
  readonly recordsKept: number
}

function randomScript(random: () => number): Script {
  return { tokens: 400, intervalMs: Math.floor(random() * 4), ...(random() < 0.3 && { tool: true }) }
}

export async function killLoop(kills: number, seed: number, say: (line: string) => void): Promise<KillReport> {
  const random = dice(seed)
  const server = await createHoldfastServer({ HOLDFAST_LOG: 'error' })
  await server.start()
  const total = { runs: 0, seen: 0, kept: 0 }
  try {
    for (let round = 1; round <= kills; round++) {
      const keys = Array.from({ length: THREADS }, (_, n) => ({ roomId: 'default', threadId: `kill-${round}-${n}` }))
      const witnesses = keys.flatMap((key) => Array.from({ length: WITNESSES }, () => createWitness(key)))
      for (const key of keys) await server.play(key, randomScript(random))
      const watching = Promise.all(witnesses.map((witness) => witness.watch(server.url)))
      await until(witnesses, 1 + Math.floor(random() * 400))
      await server.kill()
      await watching
      await server.start()
      for (const key of keys) {
        const log = await readLog(server, key)
        for (const witness of witnesses) if (witness.key === key) total.seen += holdAgainst(witness, log)
        total.kept += log.length
        total.runs += await checkEnd(server, key, log)
      }
      if (round % 10 === 0) say(`${round}/${kills} kills, ${total.seen} records seen, none lost`)
    }
    await server.stop()
  } finally {
    await server.dispose()
  }
  return { kills, runs: total.runs, recordsSeen: total.seen, recordsKept: total.kept }
}

/**
 * Waits until all witnesses together have seen this many records, so that the kill falls at a random point of the run.
 */
async function until(witnesses: readonly Witness[], records: number): Promise<void> {
  const deadline = performance.now() + 30_000
  const seen = () => witnesses.reduce((sum, witness) => sum + witness.seen.size, 0)
  // Fast runs need fewer records, so the kill may fall after their ends.
  while (seen() < records && !witnesses.every((witness) => witness.sawEnd)) {
    if (performance.now() > deadline) throw new Error(`the witnesses did not see ${records} records in 30 s`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** How many records the witness saw. @throws Error when one is not in the log exactly as it was seen. */
function holdAgainst(witness: Witness, log: readonly Envelope[]): number {
  for (const [seq, seen] of witness.seen) {
    const kept = log[seq - 1]
    if (kept === undefined || JSON.stringify(kept) !== JSON.stringify(JSON.parse(seen))) {
      throw new Error(`${witness.key.threadId}: record ${seq} was seen and is ${kept ? 'another now' : 'lost'}`)
    }
  }
  return witness.seen.size
}

async function checkEnd(server: HoldfastServer, key: ThreadKey, log: readonly Envelope[]): Promise<number> {
  log.forEach((envelope, index) => {
    if (envelope.seq !== index + 1) throw new Error(`${key.threadId}: hole at ${index + 1}`)
  })
  const [run, ...more] = await server.runs(key)
  if (!run || more.length > 0) throw new Error(`${key.threadId}: ${1 + more.length} runs`)
  const ends = log.filter((envelope) => envelope.kind === 'control' && envelope.event.type === 'run.ended')
  if (ends.length !== 1) throw new Error(`${key.threadId}: ${ends.length} ends`)
  if (run.status !== 'failed' && run.status !== 'succeeded') throw new Error(`${key.threadId}: ended ${run.status}`)
  const { events } = await get<EventPage>(server, `${paths.runEvents(key, run.runId)}?limit=1000`)
  if (events.length === 0) throw new Error(`${key.threadId}: no events`)
  return 1
}
