/** Every request of the page goes over the registry, which notices a 401 to any of them. */
import { expect, it } from 'vitest'
import { ALL_VERBS, sampleArgs } from '../transport/testing/sample-args.ts'
import { A, setUp } from './testing/looking.ts'

const SIGNED_OUT = { type: 'fault', fault: { type: 'unauthorized' } } as const
const ignore = () => {}

it.each(ALL_VERBS)('S004-C3 a 401 to %s signs the registry out, and its next answer signs it in', async (verb) => {
  const { registry, transport } = setUp()
  transport.startElsewhere(A, 'run', 'Hello')
  transport.next(verb, SIGNED_OUT)
  await expect(registry.ask(verb, sampleArgs(verb))).rejects.toMatchObject({ fault: SIGNED_OUT.fault })
  expect(registry.access.snapshot()).toBe('signed-out')
  await registry.ask('agents', [])
  expect(registry.access.snapshot()).toBe('granted')
})

it.each(['log', 'inbox'] as const)('S004-C3 so does a 401 to a stream: %s', async (type) => {
  const { registry, transport } = setUp()
  transport.startElsewhere(A, 'run', 'Hello')
  const handlers = { onOpen: ignore, onCaughtUp: ignore, onBytes: ignore, onDropped: ignore }
  const sources = {
    log: { type: 'log', key: A, after: 0, handlers: { ...handlers, onEnvelopes: ignore } },
    inbox: { type: 'inbox', cursor: '0', handlers: { ...handlers, onEntries: ignore } },
  } as const
  transport.always(SIGNED_OUT)
  await expect(registry.open(sources[type], new AbortController().signal)).rejects.toMatchObject({
    fault: SIGNED_OUT.fault,
  })
  expect(registry.access.snapshot()).toBe('signed-out')
})
