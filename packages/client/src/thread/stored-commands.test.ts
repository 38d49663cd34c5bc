/** What was asked for here outlives the page; words that are to go back are this tab's alone. */
import { expect, it } from 'vitest'
import { createRunRegistry } from '../registry/registry.ts'
import { A, OFFLINE, setUp, until } from '../registry/testing/looking.ts'
import { problem } from '../testing/scripted-transport.ts'

it('a start of any size, and a cancel, are the next page’s from the tick of their asking until they are settled', async () => {
  const { environment, transport } = setUp()
  const written: (readonly [what: 'start' | 'cancel' | 'refused', to: string | undefined])[] = []
  const keep: typeof environment.keep = {
    ...environment.keep,
    write(name, text, to) {
      const { start, cancel, refused } = JSON.parse(text)
      written.push([refused ? 'refused' : cancel ? 'cancel' : start && 'start', to])
      environment.keep.write(name, text, to)
    },
  }
  const registry = createRunRegistry({ transport, environment: { ...environment, keep } })
  const answer = transport.hold('start')
  const { runId, accepted } = registry.start(A, { text: 'x'.repeat(100_000) })
  expect(written).toEqual([['start', 'next page']])
  answer()
  await accepted
  expect(keep.names()).toEqual([])

  transport.next('cancelRun', OFFLINE)
  registry.cancel({ key: A, runId }).catch(() => {})
  expect(written.at(-1)).toEqual(['cancel', 'next page'])
  await until(() => expect(transport.asked.filter(({ type }) => type === 'cancelRun')).toHaveLength(1))
  transport.end(A, runId, { type: 'cancelled', by: 'you' })

  transport.next('start', { type: 'fault', fault: problem('storage_full') })
  await registry.start({ ...A, threadId: 'other' }, { text: 'Hello' }).accepted.catch(() => {})
  expect(written.slice(-2)).toEqual([
    ['start', 'next page'],
    ['refused', undefined],
  ])
})
