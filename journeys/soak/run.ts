/** `npm run soak`: the long repetitions that `npm test` has no time for. `npm run soak -- 20 7` = 20 kills, seed 7. */
import { killLoop } from './kill-loop.ts'

const kills = Number(process.argv[2] ?? 100)
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31)
const say = (line: string) => process.stdout.write(`${line}\n`)

say(`kill loop: ${kills} kills, seed ${seed}`)
const report = await killLoop(kills, seed, say)
say(
  `${report.kills} kills, ${report.runs} runs, ${report.recordsSeen} records seen by three witnesses a thread, ` +
    `${report.recordsKept} in the logs: none lost, none repeated, no hole.`,
)
