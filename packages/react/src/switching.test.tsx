/**
 * Switching between streaming threads with the frames of a real page: the next commit shows the other thread's whole
 * state.
 */
import { browserEnvironment, createRunRegistry } from '@holdfast/client'
import { createScriptedTransport } from '@holdfast/client/testing'
import { newestLeaf, pathTo, type ThreadKey } from '@holdfast/core'
import { type ReactNode, useState } from 'react'
import { expect, it, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { RegistryProvider, useThread } from './index.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R2', threadId: 'T2' }

function Page(): ReactNode {
  const [key, setKey] = useState<ThreadKey>()
  return (
    <>
      <button type="button" onClick={() => setKey(undefined)}>
        none
      </button>
      {[A, B].map((each) => (
        <button type="button" key={each.roomId} onClick={() => setKey(each)}>
          {each.roomId}
        </button>
      ))}
      {key ? <Conversation of={key} /> : <p>nothing</p>}
    </>
  )
}

const committed: string[] = []

function Conversation({ of }: { of: ThreadKey }): ReactNode {
  const { content, activity } = useThread(of)
  const messages = content.type === 'ready' ? pathTo(content.view.messages, newestLeaf(content.view.messages)) : []
  const shown = `${of.roomId}/${of.threadId} ${activity.type} ${messages.map((message) => message.content).join('|')}`
  committed.push(shown)
  return <p>{shown}</p>
}

async function setUp() {
  const transport = createScriptedTransport()
  const registry = createRunRegistry({ transport, environment: browserEnvironment() })
  const runs = [A, B].map((key) => registry.start(key, { text: `to ${key.roomId}` }))
  await Promise.all(runs.map(({ accepted }) => accepted))
  await vi.waitFor(() => expect(transport.connections).toBe(2))
  const say = (at: number, words: string) => transport.say([A, B][at] ?? A, runs[at]?.runId ?? '', words)
  const screen = await render(
    <RegistryProvider registry={registry}>
      <Page />
    </RegistryProvider>,
  )
  const select = (name: string) => {
    screen
      .getByRole('button', { name })
      .element()
      .dispatchEvent(new MouseEvent('click', { bubbles: true }))
  }
  const shown = () => screen.container.querySelector('p')?.textContent
  return { transport, registry, say, select, shown }
}

const oneFrame = () => new Promise(requestAnimationFrame)

it('S000-35 S000-37 S001-27 a switch between two streaming threads shows the other’s whole state after exactly one frame, each time', async () => {
  const { registry, say, select, shown } = await setUp()
  const said = ['', '']
  for (let turn = 0; turn < 20; turn += 1) {
    for (const at of [0, 1]) {
      // Both threads receive text up to the moment of the switch.
      for (const to of [1 - at, at]) {
        const words = `w${turn}.${to} `
        said[to] += words
        say(to, words)
      }
      const key = at === 0 ? A : B
      select(key.roomId)
      await oneFrame()
      expect(shown()).toBe(`${key.roomId}/${key.threadId} active to ${key.roomId}|${said[at]}`)
    }
  }
  registry.close()
})

it('S000-39 S000-38 what is selected is room and thread in one: no commit shows the new room with the old thread', async () => {
  const { transport, registry, select, shown } = await setUp()
  select('R1')
  await oneFrame()
  committed.length = 0
  const asked = transport.asked.length
  // Leaving the room, then opening a thread of the other: two events.
  select('none')
  await oneFrame()
  expect(shown()).toBe('nothing')
  select('R2')
  await oneFrame()
  expect(new Set(committed.map((each) => each.split(' ')[0]))).toEqual(new Set(['R2/T2']))
  const keys = transport.asked.slice(asked).flatMap((each) => ('key' in each ? [each.key] : []))
  expect(keys).not.toContainEqual({ roomId: B.roomId, threadId: A.threadId })
  expect(registry.activeKeys).toHaveLength(2)
  registry.close()
})
