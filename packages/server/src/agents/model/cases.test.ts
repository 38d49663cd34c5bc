/** Recorded behaviour of real model providers, played to the model agent under the real engine (`testing/cases`). */
import { afterAll, beforeAll, it } from 'vitest'
import { casesOf } from '../../testing/cases/case.ts'
import { createReplay, type Replay } from '../../testing/cases/replay.ts'
import { createModelAgent } from './index.ts'

const cases = casesOf('model')
let replay: Replay
beforeAll(async () => {
  replay = await createReplay(cases, ({ id, url, clock }) =>
    createModelAgent({ id, baseUrl: url, model: 'm', apiKey: 'sk-SECRET', clock, random: () => 0 }),
  )
})
afterAll(() => replay.close())

for (const played of cases) {
  it.concurrent(`${played.kind} ${played.name}: ${played.says}`, () => replay.replay(played))
}
