/** Random lives of three threads, two of them with the same id: whatever happens in whatever order, the promises hold. */
import { keyString, newestLeaf, pathTo, type ThreadKey } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ACTS, createWorld, KEYS, settle, type World } from './testing/random-world.ts'

function check(world: World, key: ThreadKey): void {
  const { transport, buried, cancelled, asked, told, idOf } = world
  const { content, activity, pending, queue } = world.state(key)
  expect(activity.type).toBe('idle')
  expect(pending).toEqual([])
  expect(queue.items).toEqual([])
  if (!transport.has(key)) {
    expect(content.type).toBe(buried.has(keyString(key)) ? 'gone' : 'new')
    return
  }
  const truth = transport.view(key)
  expect(content.type).toBe('ready')
  if (content.type !== 'ready') return
  // I4: what is shown is the log.
  expect(content.view.messages).toEqual(truth.messages)
  expect(content.view.runs).toEqual(truth.runs)
  // I3: nothing of another thread is in it.
  for (const { content: said } of pathTo(truth.messages, newestLeaf(truth.messages))) {
    for (const other of KEYS) if (other !== key) expect(said).not.toContain(keyString(other))
  }
  const ids = truth.runs.map(({ runId }) => runId)
  // I9: whatever was sent again ran once, and nothing ran that nobody asked for.
  expect(new Set(ids).size).toBe(ids.length)
  for (const run of truth.runs) {
    expect(asked).toContain(idOf(key, run.runId))
    // I5: what ended cancelled was cancelled by somebody.
    if (run.status === 'cancelled') expect(cancelled).toContain(idOf(key, run.runId))
    // I1: the page that saw the end has told each start and each end once, or the run was before its time.
    const last = told.get(`${world.page()}/${idOf(key, run.runId)}`) ?? []
    expect(['', 'RunStarted,RunCompleted']).toContain(last.join())
  }
}

it('I1 I2 I3 I4 I5 I9 S001-32 S001-37 S001-65 over random lives: views are their logs, ends are told once and stay, only who was cancelled ends so', async () => {
  const act = fc.tuple(fc.constantFrom(...ACTS), fc.constantFrom(0, 1, 2))
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 60 }), fc.boolean(), async (acts, exist) => {
      const world = createWorld(exist)
      for (const [name, at] of acts) {
        world.perform[name](KEYS[at] as ThreadKey, at)
        await settle()
      }
      await world.rest()
      for (const key of KEYS) check(world, key)
      for (const events of world.told.values()) {
        expect(['RunStarted', 'RunStarted,RunCompleted']).toContain(events.join())
      }
      // I2
      for (const [handle, state] of world.handles) if (state) expect(handle.state).toBe(state)
      world.leave()
      world.environment.clock.advance(6_000)
      await settle()
      expect(world.transport.connections).toBe(0)
      expect(world.environment.clock.waiting).toBe(0)
      expect(world.environment.listeners).toBe(0)
      expect(world.environment.keep.names().filter((name) => !isGivenBack(world, name))).toEqual([])
    }),
    { numRuns: 120 },
  )
}, 60_000)

/** Words that did not arrive wait for the person to take them. */
function isGivenBack({ environment }: World, name: string): boolean {
  return environment.keep.read(name)?.includes('"refused":true') ?? false
}
