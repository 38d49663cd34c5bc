/** Threads beside each other: whatever is looked at, sent and said in whatever order, each has its own and nothing else. */
import { keyString, newestLeaf, pathTo, type ThreadKey } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBusy } from '../thread/activity.ts'
import { A, B, look, running, setUp, text, until } from './testing/looking.ts'

/** Five threads of two rooms; two of them have the same id. */
const KEYS: readonly ThreadKey[] = [A, B, { ...A, roomId: 'R2' }, { ...A, threadId: 'T3' }, { ...B, threadId: 'T4' }]
const ACTS = ['switch', 'switch', 'send', 'send', 'say', 'end', 'frame'] as const

/** Lets everything that does not wait for the clock happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

it('S001-24 S001-43 S001-47 after 100 rapid switches and sends over 5 threads each holds exactly its own messages, none lost or doubled', async () => {
  const act = fc.tuple(fc.constantFrom(...ACTS), fc.nat(KEYS.length - 1))
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 100, maxLength: 100 }), async (acts) => {
      const { registry, transport, frame } = setUp()
      const sent = new Map<ThreadKey, string[]>(KEYS.map((key) => [key, []]))
      let shown = { key: A, view: look(registry, A) }
      const live = (key: ThreadKey) =>
        transport.has(key) ? transport.view(key).runs.find(({ status }) => status === 'running') : undefined
      const expectOwn = () => {
        for (const other of KEYS) if (other !== shown.key) expect(shown.view.text()).not.toContain(nameOf(other))
      }

      async function go(type: (typeof ACTS)[number], key: ThreadKey): Promise<void> {
        const run = live(key)
        if (type === 'switch') {
          shown.view.stop()
          shown = { key, view: look(registry, key) }
        } else if (type === 'send' && !isBusy(registry.observe(key).snapshot().activity) && !run) {
          const words = `${sent.get(key)?.length} to ${nameOf(key)}`
          sent.get(key)?.push(words)
          registry.start(key, { text: words })
        } else if (type === 'say' && run) transport.say(key, run.runId, nameOf(key))
        else if (type === 'end' && run) transport.end(key, run.runId)
        else if (type === 'frame') frame()
        expectOwn()
        await settle()
        expectOwn()
      }

      for (const [type, at] of acts) await go(type, KEYS[at] as ThreadKey)
      for (const key of KEYS) {
        await go('switch', key)
        await go('end', key)
        const said = sent.get(key) ?? []
        if (said.length === 0) continue
        await until(() => {
          frame()
          expect(isBusy(shown.view.state().activity)).toBe(false)
          expect(shown.view.state().content.type).toBe('ready')
        })
        const { messages } = transport.view(key)
        const asked = pathTo(messages, newestLeaf(messages)).filter(({ role }) => role === 'user')
        expect(asked.map(({ content }) => content)).toEqual(said)
        await until(() => {
          frame()
          const { content, pending } = shown.view.state()
          expect(pending).toEqual([])
          expect(content.type === 'ready' && content.view.messages).toEqual(messages)
        })
      }
      shown.view.stop()
      registry.close()
    }),
    { numRuns: 20 },
  )
}, 60_000)

/** No name is part of another. */
const nameOf = (key: ThreadKey) => `<${keyString(key)}>`

describe('what streams beside the thread on screen', () => {
  it('S001-44 S001-45 tools and their results stay with their run, whichever thread is observed meanwhile', async () => {
    const parts = setUp()
    const { registry, transport, frame } = parts
    const a = await running(parts, A)
    a.stop()
    const b = await running(parts, B)
    transport.emit(A, a.runId, { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look up' })
    transport.emit(A, a.runId, { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{"of":"A"}' })
    transport.say(B, b.runId, 'words of B')
    transport.emit(A, a.runId, { type: 'TOOL_CALL_END', toolCallId: 'c' })
    transport.emit(A, a.runId, { type: 'TOOL_CALL_RESULT', messageId: 'res', toolCallId: 'c', content: 'found by A' })
    await until(() => {
      frame()
      expect(b.text()).toContain('words of B')
    })
    for (const state of b.shown) expect(JSON.stringify(state)).not.toMatch(/look up|found by A/)
    b.stop()
    const again = look(registry, A)
    await until(() => {
      frame()
      expect(JSON.stringify(again.state().content)).toContain('found by A')
    })
    expect(JSON.stringify(again.state().content)).not.toContain('words of B')
    expect(again.state().activity).toEqual({ type: 'active', runId: a.runId })
  })
})

describe('what is sent', () => {
  it('S001-C2 twice in the same words is two messages, each shown once, in advance and once it is accepted', async () => {
    const parts = setUp()
    const { registry, transport, frame } = parts
    const a = await running(parts, A)
    transport.say(A, a.runId, 'Yes?')
    transport.end(A, a.runId)
    await until(() => expect(a.state().activity.type).toBe('idle'))
    const release = parts.transport.hold('start')
    const { runId, accepted } = registry.start(A, { text: 'Hello' })
    expect(a.text()).toBe('Hello|Yes?|Hello')
    release()
    await accepted
    await until(() => {
      frame()
      expect(a.state().pending).toEqual([])
    })
    expect(a.text()).toBe('Hello|Yes?|Hello')
    for (const state of a.shown) expect(text(state).split('Hello').length).toBeLessThanOrEqual(3)
    expect(new Set(transport.view(A).messages.map(({ id }) => id)).size).toBe(3)
    transport.end(A, runId)
  })
})
