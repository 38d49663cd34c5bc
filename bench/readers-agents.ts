/**
 * HOLDFAST_CONFIG of the server in `readers.ts`: the probe agent, and a measurement of the main thread. After the message
 * `watch` it records the processor time of each turn of the event loop, which it keeps from idling; the message `turns` stops
 * that and is answered with `Turns`.
 */
import config from './flood-agents.ts'

/**
 * The length, in milliseconds of the main thread's processor time, of the turn that a moment chosen at random falls into.
 * So a turn counts by its length: it is what something that arrives at any time has to wait for, at most.
 */
export interface Turns {
  readonly mean: number
  /** Longer turns take one hundredth of the time in all. */
  readonly p99: number
}

let turns: number[] = []
let watching = false

function spent(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

function watch(last: number): void {
  if (!watching) return
  const now = spent()
  turns.push(now - last)
  setImmediate(watch, now)
}

function found(): Turns {
  let sum = 0
  let squares = 0
  for (const turn of turns) {
    sum += turn
    squares += turn * turn
  }
  let over = 0
  let p99 = 0
  for (const turn of turns.toSorted((a, b) => b - a)) {
    over += turn
    p99 = turn
    if (over > sum / 100) break
  }
  return { mean: squares / sum, p99 }
}

process.on('message', (order) => {
  watching = order === 'watch'
  if (watching) watch(spent())
  else if (order === 'turns') process.send?.(found())
  turns = []
})

export default config
