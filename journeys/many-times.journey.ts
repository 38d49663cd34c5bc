/** The loops of `npm run soak`, a few rounds of each: what only many repetitions show, at least works. */
import { expect, test } from '@playwright/test'
import { cancelKillLoop } from './soak/cancel-kill-loop.ts'
import { cancelLoop } from './soak/cancel-loop.ts'
import { killLoop } from './soak/kill-loop.ts'
import { retryLoop } from './soak/retry-loop.ts'

const SEED = 1
const say = (line: string) => void process.stdout.write(`${line}\n`)

test('killed in the middle of runs, the server loses nothing that anyone saw (G1, G2, G4)', async () => {
  expect((await killLoop(2, SEED, say)).recordsSeen).toBeGreaterThan(0)
})

test('fifty parallel tries of one start, and a kill among them, give one run and one model call (G7)', async () => {
  const { kills, calls, succeeded } = await retryLoop(2, SEED, say)
  expect(calls).toBeLessThanOrEqual(kills)
  expect(calls).toBeGreaterThanOrEqual(succeeded)
})

test('cancels that race the ends of their runs give each run one end (I1, G6)', async () => {
  const { cancels, won, late } = await cancelLoop(20, SEED, say)
  expect(won + late).toBe(cancels)
})

test('a cancel that was acknowledged before a kill still ends its run as cancelled (G6)', async () => {
  expect((await cancelKillLoop(2, SEED, say)).kills).toBe(2)
})
