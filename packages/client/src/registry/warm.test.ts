/** The warm set over the one connection: going back and forth asks nothing, and a lost connection is one request. */
import type { ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { createOneConnection } from '../connection/one-connection.ts'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { createRunRegistry } from './registry.ts'
import { text } from './testing/looking.ts'

const KEYS: readonly ThreadKey[] = Array.from({ length: 50 }, (_, n) => ({ roomId: `R${n % 3}`, threadId: `T${n}` }))
const until = vi.waitFor

async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
}

function setUp() {
  const environment = createManualEnvironment()
  const script = createScriptedTransport()
  const transport = createOneConnection({ source: script, clock: environment.clock })
  const registry = createRunRegistry({ transport, environment })
  const count = (...types: readonly string[]) => script.asked.filter(({ type }) => types.includes(type)).length
  const state = (key: ThreadKey) => registry.observe(key).snapshot()
  return { environment, script, registry, count, state }
}

/** Every thread has been looked at once, and the last one is. */
async function warm() {
  const parts = setUp()
  let leave = () => {}
  function go(key: ThreadKey): void {
    const before = leave
    leave = parts.registry.observe(key).subscribe(() => {})
    before()
  }
  for (const key of KEYS) {
    parts.script.startElsewhere(key, 'run', 'Hello')
    go(key)
    await settle()
    parts.environment.clock.advance(1_000)
    await settle()
    parts.script.heartbeat(key)
  }
  await until(() => expect(KEYS.map((key) => parts.state(key).connection.type)).toEqual(KEYS.map(() => 'live')))
  return { ...parts, go, leave: () => leave() }
}

it('S001-47 S001-51 100 switches over 50 streaming threads open nothing again and lose nothing', async () => {
  const { environment, script, registry, count, state, go, leave } = await warm()
  const before = script.asked.length
  for (let turn = 0; turn < 100; turn += 1) {
    const key = KEYS[(turn * 7) % KEYS.length] as ThreadKey
    go(key)
    for (const each of KEYS) if (turn % 10 === 0) script.say(each, 'run', `${turn} `)
    environment.clock.advance(100)
    await settle()
  }
  const said = Array.from({ length: 10 }, (_, at) => `${at * 10} `).join('')
  for (const key of KEYS) expect(text(state(key))).toBe(`Hello|${said}`)
  expect(script.asked.slice(before)).toEqual([])
  expect(count('snapshot')).toBe(50)
  leave()
  for (const key of KEYS) script.end(key, 'run')
  environment.clock.advance(6_000)
  await until(() => expect(script.connections).toBe(0))
  registry.close()
  expect(environment.clock.waiting).toBe(0)
})

it('a connection that is lost is opened again once for all fifty, however often that fails', async () => {
  const { environment, script, count, state } = await warm()
  const before = count('openFeed', 'openLog', 'snapshot')
  for (let failure = 0; failure < 2; failure += 1)
    script.next('openFeed', { type: 'fault', fault: { type: 'network' } })
  script.dropFeed()
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await settle()
    expect(KEYS.map((key) => state(key).connection.type)).toEqual(KEYS.map(() => 'waiting'))
    environment.clock.advance(3_000)
    await settle()
    expect(count('openFeed', 'openLog', 'snapshot') - before).toBe(attempt)
  }
  expect(KEYS.map((key) => state(key).connection.type)).toEqual(KEYS.map(() => 'live'))
})

it('a thread that is made elsewhere while somebody looks at nothing of it yet is shown at once', async () => {
  const { environment, script, registry, state } = setUp()
  const key = { roomId: 'default', threadId: 'new' }
  registry.observe(key).subscribe(() => {})
  await until(() => expect(state(key).content.type).toBe('new'))
  await until(() => expect(state(key).connection.type).toBe('live'))
  script.startElsewhere(key, 'run', 'Hello')
  script.say(key, 'run', 'Hi')
  environment.clock.advance(16)
  expect(text(state(key))).toBe('Hello|Hi')
  expect(state(key).activity).toEqual({ type: 'active', runId: 'run' })
})
