/** Answers of the wrong shape: from a proxy, another program, or another version. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { transportError } from './error.ts'
import { createHttpAsk } from './http-ask.ts'
import { fits } from './shapes.ts'
import { sampleArgs } from './testing/sample-args.ts'
import { type ArgsOf, VERBS, type Verb } from './verbs.ts'

const KEY = { roomId: 'default', threadId: 'T' }
let said: { readonly type: string; readonly body: string } = { type: 'application/json', body: '{}' }
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': said.type }).end(said.body)
})
let baseUrl = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const ask = <V extends Verb>(verb: V, args: ArgsOf<V>) =>
  createHttpAsk({ baseUrl, clock: createManualClock() })(verb, args)
/** Each verb whose answer is checked. */
const CHECKED = Object.entries(VERBS).flatMap(([verb, { answer }]) =>
  Object.keys(answer ?? {}).length > 0 ? [verb as Verb] : [],
)
const SNAPSHOT = VERBS.snapshot.answer ?? {}
const NONE = [
  '{}',
  '[]',
  'null',
  '"yes"',
  '',
  '{"items":{}}',
  '{"items":[{}]}',
  '{"items":[null]}',
  '<!doctype html><p>Sign in',
  '{"items":',
]

describe.each(CHECKED)('%s', (verb) => {
  it.each(NONE)('an answer of %j is a failed request, as a protocol fault', async (body) => {
    said = { type: body.startsWith('<') ? 'text/html' : 'application/json', body }
    const error = transportError(await ask(verb, sampleArgs(verb)).catch((cause: unknown) => cause))
    expect(error.fault.type).toBe('protocol')
  })
})

it('a snapshot of another thread is not accepted', async () => {
  const script = createScriptedTransport()
  script.startElsewhere(KEY, 'run', 'Hello')
  said = { type: 'application/json', body: JSON.stringify(await script.ask('snapshot', [KEY])) }
  expect(await ask('snapshot', [KEY])).toMatchObject({ thread: KEY })
  const other = transportError(await ask('snapshot', [{ ...KEY, threadId: 'other' }]).catch((cause: unknown) => cause))
  expect(other.fault.type).toBe('protocol')
})

it('a snapshot that lacks a field the client relies on is refused, and one with more fields is accepted', async () => {
  const script = createScriptedTransport()
  script.startElsewhere(KEY, 'run', 'Hello')
  const whole = JSON.parse(JSON.stringify(await script.ask('snapshot', [KEY]))) as Record<string, unknown>
  expect(fits({ ...whole, later: 1 }, SNAPSHOT)).toBe(true)
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(SNAPSHOT)), fc.jsonValue(), (field, value) => {
      const { [field]: _, ...rest } = whole
      expect(fits(rest, SNAPSHOT)).toBe(false)
      const fitsNow = fits({ ...rest, [field]: value }, SNAPSHOT)
      if (typeof value !== typeof whole[field] || Array.isArray(value) !== Array.isArray(whole[field])) {
        expect(fitsNow).toBe(false)
      }
    }),
  )
})
