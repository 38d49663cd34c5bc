/** The loops of `npm run soak`, a few rounds of each: what only many repetitions show, at least works. */
import { fileURLToPath } from 'node:url'
import { paths } from '@holdfast/core'
import { expect, test } from '@playwright/test'
import { createHoldfastServer } from './server.ts'
import { endOf, get } from './soak/asking.ts'
import { cancelKillLoop } from './soak/cancel-kill-loop.ts'
import { cancelLoop } from './soak/cancel-loop.ts'
import { killLoop } from './soak/kill-loop.ts'
import { retryLoop } from './soak/retry-loop.ts'

const SEED = 1
const say = (line: string) => void process.stdout.write(`${line}\n`)

test('a server killed during runs loses nothing that anyone saw (G1, G2, G4)', async () => {
  expect((await killLoop(2, SEED, say)).recordsSeen).toBeGreaterThan(0)
})

test('fifty parallel attempts of one start, with a kill among them, make one run and one model call (G7)', async () => {
  const { kills, calls, succeeded } = await retryLoop(2, SEED, say)
  expect(calls).toBeLessThanOrEqual(kills)
  expect(calls).toBeGreaterThanOrEqual(succeeded)
})

test('cancels that race the end of their runs leave each run one end (I1, G6)', async () => {
  const { cancels, won, late } = await cancelLoop(20, SEED, say)
  expect(won + late).toBe(cancels)
})

test('a cancel acknowledged before a kill still ends its run as cancelled (G6)', async () => {
  expect((await cancelKillLoop(2, SEED, say)).kills).toBe(2)
})

test('a server with many hostile agents ends each of their runs, serves other runs and stops in order (G4, G10)', async () => {
  const HOLDFAST_CONFIG = fileURLToPath(new URL('../packages/server/src/testing/hostile-config.ts', import.meta.url))
  const server = await createHoldfastServer({ HOLDFAST_CONFIG, HOLDFAST_LOG: 'silent' })
  try {
    await server.start()
    const { items } = await get<{ items: { agentId: string }[] }>(server, paths.agents())
    const zoo = items.map(({ agentId }) => agentId).filter((id) => id.startsWith('hostile-'))
    expect(zoo.length).toBeGreaterThan(40)
    const keyOf = (threadId: string) => ({ roomId: 'default', threadId })
    const neighbour = await server.play(keyOf('neighbour'), { tokens: 200, intervalMs: 10 })
    const runs = await Promise.all(zoo.map((id) => server.ask(keyOf(id), 'Well?', id)))
    for (const [n, id] of zoo.entries()) {
      expect(await endOf(server, keyOf(id), runs[n]?.runId ?? '')).toMatchObject({
        status: expect.stringMatching(/^(succeeded|failed)$/),
      })
    }
    expect(await endOf(server, keyOf('neighbour'), neighbour.runId)).toMatchObject({ status: 'succeeded' })
    await server.stop()
  } finally {
    await server.dispose()
  }
})
