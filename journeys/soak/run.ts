/**
 * `npm run soak`: the long repetitions that `npm test` has no time for. `npm run soak -- 20 7` = 20 kills a loop, seed 7;
 * `npm run soak -- 20 7 retry` = only the loop of that name.
 */
import { cancelKillLoop } from './cancel-kill-loop.ts'
import { cancelLoop } from './cancel-loop.ts'
import { change, growthLoop, HEAPS } from './growth-loop.ts'
import { killLoop } from './kill-loop.ts'
import { retryLoop } from './retry-loop.ts'
import { stepsLoop } from './steps-loop.ts'
import { toolsLoop } from './tools-loop.ts'

const kills = Number(process.argv[2] ?? 100)
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31)
const only = process.argv[4]
/** A hundred kills' worth of events is a million. */
const EVENTS_A_KILL = 10_000
const MAX_CHANGE = 0.1
const say = (line: string) => process.stdout.write(`${line}\n`)

const LOOPS: Readonly<Record<string, () => Promise<string>>> = {
  async kill() {
    const report = await killLoop(kills, seed, say)
    return (
      `${report.kills} kills, ${report.runs} runs, ${report.recordsSeen} records seen by three witnesses a thread, ` +
      `${report.recordsKept} in the logs: none lost, none repeated, no hole.`
    )
  },
  async retry() {
    const { tries, calls, succeeded } = await retryLoop(kills, seed, say)
    return `${kills} kills among ${tries} tries: ${kills} runs, ${calls} model calls, ${succeeded} whole answers; never two.`
  },
  async cancel() {
    const { cancels, won, late } = await cancelLoop(2 * kills, seed, say)
    return `${cancels} cancels raced the ends of their runs: ${won} won, ${late} came late; each run ended once.`
  },
  async 'cancel-kill'() {
    const { acknowledged } = await cancelKillLoop(kills, seed, say)
    return `${kills} kills among cancels: ${acknowledged} had been acknowledged, and each run ended cancelled.`
  },
  async steps() {
    const { calls, runs, resumed, questions } = await stepsLoop(kills, seed, say)
    return (
      `${kills} kills among tool calls: ${runs} runs, resumed ${resumed} times, ${calls} calls, ${questions} questions; no completed ` +
      'call made again, none with an effect made twice without an answer, nothing shown twice, every run ended.'
    )
  },
  async tools() {
    const { calls, repeated, runs, questions } = await toolsLoop(kills, seed, say)
    return (
      `${kills} kills among calls of MCP tools: ${runs} runs, ${calls} calls reached their servers, ${repeated} more than without kills, ` +
      `${questions} questions; no completed call made again, none with an effect made twice without an answer.`
    )
  },
  async growth() {
    const report = await growthLoop(EVENTS_A_KILL * kills)
    const { events, early, late } = report
    const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
    const heaps = HEAPS.map((who) => `${who} ${megabytes(early[who])} MiB early, ${megabytes(late[who])} at the end`)
    const line = `${events} events: ${heaps.join('; ')}; at most ${(change(report) * 100).toFixed(1)} % apart.`
    if (change(report) > MAX_CHANGE) throw new Error(line)
    return line
  },
}

for (const [name, loop] of Object.entries(LOOPS)) {
  if (only !== undefined && only !== name) continue
  say(`${name} loop: seed ${seed}`)
  say(await loop())
}
