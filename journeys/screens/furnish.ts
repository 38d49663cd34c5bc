/** The content of a server before pictures are taken: rooms, and threads of several days. */
import { paths } from '@holdfast/core'
import type { Question } from './plays.ts'
import type { Stage } from './stage.ts'

export const LONG_TITLE =
  'Everything that has to be thought of before, during and after the move, with all the names and numbers'
const MANY = { threads: 120, messages: 5_000 }
const PUMPS = 'Compare three heat pumps for an old house'
const ROPE = 'How long does a rope last?'
const BREAD = 'Which bread keeps longest?'
export const THOUSANDS = { roomId: 'many', threadId: 'thousands' }
/** A request takes a megabyte. */
const AT_ONCE = 1_000

export async function furnish(stage: Stage): Promise<void> {
  const rooms = [
    { roomId: 'thesis', title: 'Thesis' },
    { roomId: 'garden', title: 'Kitchen garden' },
    { roomId: 'porto', title: 'Move to Porto and everything that comes with it' },
    { roomId: 'many', title: 'Archive' },
  ]
  for (const room of rooms) await stage.send('POST', paths.rooms(), room)
  await stage.ask(PUMPS, {}, { roomId: 'thesis', threadId: 'pumps' })
  const threads: readonly (readonly [string, Question])[] = [
    ['old', 'Say it in a sentence'],
    ['older', 'Say it in a sentence'],
    ['drafts', 'May I delete the old drafts?'],
    ['chapter', 'Outline the argument of chapter four'],
    ['move', 'Say it in a sentence'],
    ['arabic', 'Say it in a sentence'],
    ['pruning', 'What needs pruning in March?'],
    ['pumps', 'Compare three heat pumps for an old house'],
  ]
  for (const [threadId, question] of threads) {
    const key = { roomId: 'default', threadId }
    await stage.ask(question, {}, key)
    if (threadId !== 'pumps') await stage.over(key)
  }
  const thread = (threadId: string) => paths.thread({ roomId: 'default', threadId })
  await stage.send('PATCH', thread('move'), { title: LONG_TITLE })
  await stage.send('PATCH', thread('arabic'), { title: 'كيف يحفظ الشراع الريح؟' })
  for (const threadId of ['old', 'older']) await stage.send('PATCH', thread(threadId), { archived: true })
  // What is unread has pictures of its own.
  await stage.send('PUT', paths.readAll(), {})
  await stage.keep()
}

/** More than the three runs that may be live: threads in every state, five waiting for a slot, one paused. */
export async function furnishCrowd(stage: Stage): Promise<void> {
  const ended = ['What needs pruning in March?', 'May I delete the old drafts?', 'Translate this chapter'] as const
  const running = [PUMPS, PUMPS, 'Plan the move, week by week'] as const
  const waiting = [BREAD, ROPE, BREAD, ROPE, BREAD] as const
  const key = (threadId: string) => ({ roomId: 'default', threadId })
  for (const [n, question] of ended.entries()) {
    await stage.ask(question, {}, key(`ended-${n}`))
    await stage.over(key(`ended-${n}`))
  }
  await stage.ask(PUMPS, {}, key('held'))
  await stage.ask(ROPE, { onBusy: 'enqueue' }, key('held'))
  await stage.send('POST', paths.cancelThread(key('held')), {})
  for (const [n, question] of running.entries()) await stage.ask(question, {}, key(`runs-${n}`))
  for (const [n, question] of waiting.entries()) await stage.ask(question, {}, key(`waits-${n}`))
  await stage.keep()
}

/** A room with more threads than a page of the list, and a thread with more messages than anybody reads. */
export async function furnishMany(stage: Stage): Promise<void> {
  for (let n = 0; n < MANY.threads; n += 1) {
    const threadId = `thread-${n}`
    await stage.send('POST', paths.threads('many'), { threadId, title: `Conversation number ${n + 1}` })
  }
  await stage.send('POST', paths.threads('many'), { threadId: THOUSANDS.threadId, title: 'Five thousand messages' })
  for (let from = 0; from < MANY.messages; from += AT_ONCE) {
    const messages = Array.from({ length: AT_ONCE }, (_, n) => messageOf(from + n))
    await stage.ask('Say it in a sentence', { messages }, THOUSANDS)
    await stage.over(THOUSANDS)
  }
}

function messageOf(n: number) {
  const said = Array.from({ length: 1 + (n % 4) }, (_, line) => `Message ${n} says something, in **its** line ${line}.`)
  return { id: `m${n}`, role: n % 2 === 0 ? ('user' as const) : ('assistant' as const), content: said.join('\n\n') }
}
