/** What is open in a window that has the focus is read. */
import type { ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { createRunRegistry } from '../registry/registry.ts'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createManualFocus } from '../testing/manual-focus.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { createLooking } from './looking.ts'

const A: ThreadKey = { roomId: 'default', threadId: 'T1' }
const B: ThreadKey = { roomId: 'default', threadId: 'T2' }
const until = vi.waitFor

function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport({ marks: true })
  const registry = createRunRegistry({ transport, environment })
  const focus = createManualFocus()
  const looking = createLooking({ registry, focus, visibility: environment.visibility })
  registry.overview.subscribe(() => {})
  const unread = (key: ThreadKey) =>
    registry.overview.snapshot().threads.find((t) => t.threadId === key.threadId)?.unread
  const count = () => registry.overview.snapshot().rooms[0]?.unread
  /** Open on the page, and live. */
  async function open(...keys: readonly ThreadKey[]) {
    for (const key of keys) registry.observe(key).subscribe(() => {})
    looking.show(keys)
    for (const key of keys) await until(() => expect(registry.observe(key).snapshot().connection.type).toBe('live'))
    await until(() => expect(registry.connection.snapshot().type).toBe('live'))
  }
  function run(key: ThreadKey, runId = 'run') {
    transport.startElsewhere(key, runId, 'Hello')
    return () => transport.end(key, runId)
  }
  return { environment, transport, registry, focus, looking, unread, count, open, run }
}

it('S000-66 S004-C9 a run that ends in the open thread leaves it read in the same tick; one in another thread marks that', async () => {
  const { open, run, registry, count } = setUp()
  const [endA, endB] = [run(A), run(B)]
  await open(A)
  const seen: (number | undefined)[] = []
  registry.overview.subscribe(() => void seen.push(count()))
  endA()
  expect(registry.marks.of(A)).toMatchObject({ readSeq: registry.marks.of(A)?.completedSeq })
  expect(count()).toBe(0)
  endB()
  expect(registry.marks.of(B)).toMatchObject({ readSeq: 0 })
  expect(count()).toBe(1)
  expect(seen).not.toContain(2)
})

it('S000-65 an unread thread is read as soon as it is opened and its content is there, and its room counts one less', async () => {
  const { open, run, registry, transport, count } = setUp()
  run(A)()
  await until(() => expect(count()).toBe(1))
  await open(A)
  await until(() => expect(count()).toBe(0))
  expect(registry.marks.of(A)).toMatchObject({ readSeq: transport.view(A).seq })
  await until(() => expect(transport.asked.filter(({ type }) => type === 'read')).toHaveLength(1))
})

it('a window without the focus, and a hidden one, read nothing; coming back reads what is open', async () => {
  const { open, run, environment, focus, count } = setUp()
  const end = run(A)
  await open(A)
  focus.set(false)
  end()
  expect(count()).toBe(1)
  environment.setHidden(true)
  focus.set(true)
  expect(count()).toBe(1)
  environment.setHidden(false)
  expect(count()).toBe(0)
})

it('a thread that is marked as unread while it is open stays so until it is opened again', async () => {
  const { open, run, registry, looking, focus } = setUp()
  run(A)()
  await open(A)
  await until(() => expect(registry.marks.of(A)?.readSeq).toBeGreaterThan(0))
  registry.markUnread(A)
  focus.set(false)
  focus.set(true)
  expect(registry.marks.of(A)).toMatchObject({ markedUnread: true })
  looking.show([B])
  looking.show([A])
  await until(() => expect(registry.marks.of(A)).toMatchObject({ markedUnread: false }))
})

it('two open threads are both read', async () => {
  const { open, run, count } = setUp()
  const [endA, endB] = [run(A), run(B)]
  await open(A, B)
  endA()
  endB()
  expect(count()).toBe(0)
})

it('what has not arrived is not read: without a connection the mark moves no further than the content', async () => {
  const { open, run, registry, transport } = setUp()
  const end = run(A)
  await open(A)
  const { seq } = transport.view(A)
  transport.always({ type: 'fault', fault: { type: 'network' } }, ['openLog'])
  transport.drop(A)
  await until(() => expect(registry.observe(A).snapshot().connection.type).not.toBe('live'))
  end()
  expect(registry.marks.of(A)?.completedSeq).toBeGreaterThan(seq)
  expect(registry.marks.of(A)).toMatchObject({ readSeq: 0 })
})

it('closed, it reads nothing and listens to nothing', async () => {
  const { open, run, looking, registry, focus } = setUp()
  const end = run(A)
  await open(A)
  looking.close()
  looking.close()
  end()
  expect(registry.marks.of(A)).toMatchObject({ readSeq: 0 })
  expect(focus.listeners).toBe(0)
})
