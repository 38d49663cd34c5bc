/**
 * HOLDFAST_CONFIG of the server in `readers.ts`: the probe, and a look at the main thread. Told `watch`, it takes the
 * processor time of each turn of the event loop, which never rests meanwhile; told `turns`, it answers `Turns` and stops.
 */
import config from './flood-agents.ts'

/** Milliseconds of the main thread's processor time. */
export interface Turns {
  /** Of the turn that something comes into which arrives at any time. */
  readonly mean: number
  /** Turns that are longer take a hundredth of the time. */
  readonly longest: number
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
  let longest = 0
  for (const turn of turns.toSorted((a, b) => b - a)) {
    over += turn
    longest = turn
    if (over > sum / 100) break
  }
  return { mean: squares / sum, longest }
}

process.on('message', (order) => {
  watching = order === 'watch'
  if (watching) watch(spent())
  else if (order === 'turns') process.send?.(found())
  turns = []
})

export default config
