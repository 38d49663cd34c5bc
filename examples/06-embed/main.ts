/** Asks, looks away, comes back as another page would: every word, once. Then one that is stopped. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import type { ThreadState } from '@holdfast/client'
import { startHoldfast } from '../holdfast.ts'
import { openChat } from './chat.ts'
import { nodeEnvironment } from './node-environment.ts'

const KEY = { roomId: 'default', threadId: 'embedded' }
const WORDS = Array.from({ length: 60 }, (_, n) => `w${n}`)

/** A page that draws into a string, and can be waited for. */
function openPage(url: string) {
  let seen: ThreadState | undefined
  let changed = () => {}
  const chat = openChat(nodeEnvironment(), url, (state) => {
    seen = state
    changed()
  })
  return {
    ...chat,
    async until(isEnough: (state: ThreadState) => boolean): Promise<ThreadState> {
      while (seen === undefined || !isEnough(seen)) await new Promise<void>((resolve) => (changed = resolve))
      return seen
    },
  }
}

/** What the newest answer says. */
function answerIn({ content }: ThreadState): string {
  const last = content.type === 'ready' ? content.view.messages.at(-1) : undefined
  return last?.role === 'assistant' ? String(last.content) : ''
}
const hasEnded = ({ activity }: ThreadState) => activity.type === 'idle' && activity.last !== undefined

const holdfast = await startHoldfast({
  HOLDFAST_CONFIG: fileURLToPath(new URL('../02-own-agent/holdfast.config.ts', import.meta.url)),
})
try {
  const first = openPage(holdfast.url)
  const lookAway = first.look(KEY)
  first.ask(KEY, WORDS.join(' '))
  const half = answerIn(await first.until((state) => answerIn(state).includes('w50 ')))
  lookAway()
  console.log(`Looked away after: ${half}`)

  const second = openPage(holdfast.url)
  second.look(KEY)
  const whole = answerIn(await second.until((state) => hasEnded(state) && answerIn(state) !== ''))
  assert.equal(whole, WORDS.toReversed().join(' ').concat(' '))
  assert.ok(whole.startsWith(half) && half.length < whole.length)
  console.log('Came back: every word is there, once.')

  second.ask(KEY, Array.from({ length: 2_000 }, (_, n) => `v${n}`).join(' '))
  await second.until((state) => answerIn(state).includes('v1990 '))
  await second.stop(KEY)
  const { activity } = await second.until(hasEnded)
  assert.equal(activity.type === 'idle' && activity.last?.outcome.type, 'cancelled')
  console.log('Stopped, because a person asked for it.')
} finally {
  await holdfast.close()
}
// The two registries go on looking for their server for as long as their page lives.
process.exit()
