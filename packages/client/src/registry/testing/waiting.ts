/** A run that streams, and messages that wait behind it. */
import { A, running, type setUp } from './looking.ts'

type Parts = ReturnType<typeof setUp>

/** A run that streams, and behind it these, accepted. */
export async function waiting(parts: Parts, ...texts: readonly string[]) {
  const view = await running(parts, A)
  const tickets = texts.map((text) => parts.registry.start(A, { text, onBusy: 'enqueue' }))
  await Promise.all(tickets.map(({ accepted }) => accepted))
  const ids = tickets.map(({ runId }) => runId)
  const queue = () => view.state().queue
  return { ...view, ids, queue, words: () => queue().items.map(({ text }) => text) }
}
