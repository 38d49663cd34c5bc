/** The HTTP transport over real sockets: the contract, and answers that are wrong, late or missing. */
import type { RequestListener } from 'node:http'
import { PROBLEM_CONTENT_TYPE } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'
import { TransportError } from './error.ts'
import { createHttpTransport } from './http.ts'
import { clock, KEY, serve, speak } from './testing/speaking-server.ts'
import { faultOf, read } from './testing/under-test.ts'
import { transportContract } from './transport.contract.ts'

const until = vi.waitFor

transportContract('HTTP', async () => {
  const script = createScriptedTransport()
  return { ...(await serve(speak(script))), script }
})

describe('answers', () => {
  const answers: Record<string, [RequestListener, object]> = {
    'of a proxy whose server is gone': [
      (_, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'),
      { type: 'unavailable', status: 502 },
    ],
    'of a proxy that is asked too often': [
      (_, response) => response.writeHead(429).end(),
      { type: 'unavailable', status: 429 },
    ],
    'that are a page': [(_, response) => response.writeHead(200).end('<html>'), { type: 'protocol' }],
    'that are a number': [(_, response) => response.writeHead(200).end('7'), { type: 'protocol' }],
    'without a problem': [(_, response) => response.writeHead(404).end('Not Found'), { type: 'protocol' }],
    'with an unknown code': [
      (_, response) =>
        response.writeHead(409, { 'content-type': PROBLEM_CONTENT_TYPE }).end('{"status":409,"code":"odd"}'),
      { type: 'protocol' },
    ],
    'that claim to be a problem': [
      (_, response) => response.writeHead(503, { 'content-type': PROBLEM_CONTENT_TYPE }).end('{'),
      { type: 'unavailable', status: 503 },
    ],
    'that are cut off': [
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{')
        setImmediate(() => response.destroy())
      },
      { type: 'network' },
    ],
  }
  it.each(Object.entries(answers))('%s become a typed fault', async (_, [listener, expected]) => {
    const server = await serve(listener)
    const error = await server.transport.ask('rooms', []).catch((cause: unknown) => cause)
    expect(faultOf(error)).toMatchObject(expected)
    await server.stop()
  })

  it.each([
    [202, 'are accepted with 202: the server has remembered the request'],
    [200, 'are a protocol fault with 200: something else has answered'],
  ] as const)('S004-17 that are empty objects (%i) %s', async (status, _) => {
    const server = await serve((__, response) => response.writeHead(status).end('{}'))
    for (const verb of ['cancelRun', 'start', 'cancelSubagent'] as const) {
      const answer = await server.transport.ask(verb, [KEY, 'r'] as never).catch(faultOf)
      expect(answer, verb).toEqual(status === 202 ? {} : { type: 'protocol', detail: 'an empty answer' })
    }
    await server.stop()
  })

  it.each([200, 202])('S004-17 of a gateway that answers %i in its own words acknowledge no stop', async (status) => {
    const server = await serve((_, response) => response.writeHead(status).end('{"status":"ok"}'))
    for (const verb of ['cancelRun', 'cancelThread', 'cancelSubagent'] as const) {
      const answer = await server.transport.ask(verb, [KEY, 'r'] as never).catch(faultOf)
      expect(answer, verb).toEqual({ type: 'protocol', detail: 'an answer to something else' })
    }
    await server.stop()
  })

  it('S004-17 of a gateway that answers a deletion with a page delete nothing', async () => {
    const server = await serve((_, response) => response.writeHead(200).end('<html>'))
    for (const verb of ['deleteThread', 'deleteRoom'] as const) {
      const answer = await server.transport.ask(verb, [KEY] as never).catch(faultOf)
      expect(answer, verb).toEqual({ type: 'protocol', detail: 'content instead of nothing' })
    }
    await server.stop()
  })

  it('from no server are a network fault', async () => {
    const server = await serve(() => {})
    await server.stop()
    expect(faultOf(await server.transport.ask('rooms', []).catch((cause: unknown) => cause))).toEqual({
      type: 'network',
    })
  })

  it('that never arrive are a network fault once the time limit is over', async () => {
    const reached = vi.fn()
    const server = await serve(reached)
    const manual = createManualClock()
    const transport = createHttpTransport({ baseUrl: server.baseUrl, clock: manual })
    const asked = transport.ask('rooms', []).catch((cause: unknown) => cause)
    await until(() => expect(reached).toHaveBeenCalled())
    manual.advance(20_000)
    expect(faultOf(await asked)).toEqual({ type: 'network' })
    expect(manual.waiting).toBe(0)
    await server.stop()
  })

  it('that the caller gave up are aborted', async () => {
    const reached = vi.fn()
    const server = await serve(reached)
    const stop = new AbortController()
    const asked = server.transport.ask('snapshot', [KEY], stop.signal).catch((cause: unknown) => cause)
    await until(() => expect(reached).toHaveBeenCalled())
    stop.abort()
    expect(faultOf(await asked)).toEqual({ type: 'aborted' })
    await server.stop()
  })

  it('that are not an event stream are a protocol fault', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))
    expect(faultOf(await read(server.transport, KEY, 0).done)).toMatchObject({ type: 'protocol' })
    await server.stop()
  })
})

it('an error has the sentence of its problem', () => {
  expect(new TransportError(problem('run_active', { detail: 'Stop it first.' })).message).toBe('Stop it first.')
})

it('every request asks for the headers again, so that a new token needs no new transport', async () => {
  const seen: (string | undefined)[] = []
  const server = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end('{"items":[]}')
  })
  let token = 'one'
  const transport = createHttpTransport({ ...server, clock, headers: () => ({ authorization: token }) })
  await transport.ask('rooms', [])
  token = 'two'
  await transport.ask('rooms', [])
  expect(seen).toEqual(['one', 'two'])
  await server.stop()
})

it('a message is sent even if the page is left at that moment, up to what browsers allow at once', async () => {
  const asked: { readonly alive: boolean | undefined; answer(): void }[] = []
  const fetchLater: typeof fetch = (_, init) =>
    new Promise((resolve) => {
      asked.push({ alive: init?.keepalive, answer: () => resolve(Response.json({ run: {} })) })
    })
  const transport = createHttpTransport({ baseUrl: 'http://holdfast', clock: createManualClock(0), fetch: fetchLater })
  const start = (characters: number, character = 'x') =>
    transport.ask('start', [
      KEY,
      { runId: 'r', messages: [{ id: 'q', role: 'user', content: character.repeat(characters) }] },
    ])
  const all = [start(40_000), start(20_000), start(10_000)]
  await until(() => expect(asked.map(({ alive }) => alive)).toEqual([true, false, true]))
  asked[0]?.answer()
  await all[0]
  all.push(start(20_000), start(30_000, 'ö'), start(1_000_000))
  await until(() => expect(asked.slice(3).map(({ alive }) => alive)).toEqual([true, false, false]))
  for (const { answer } of asked) answer()
  await Promise.all(all)
})
