/**
 * One HTTP server on loopback that plays cases: each at an address of its own, `/<n>/v1/chat/completions` for a model,
 * `/<n>/agent` for an AG-UI agent. Does not know: what an answer is to lead to.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Answer, Case, Chunk, Condition } from './case.ts'

export interface CasePlayer {
  /** Where a model agent (`…/v1`) or a remote agent is sent for this case. */
  urlOf(played: Case): string
  /** The bodies that were posted for it. */
  requestsOf(played: Case): readonly unknown[]
  close(): Promise<void>
}

interface Asked {
  /** From 1 on. */
  readonly call: number
  readonly body: string
  readonly messages: readonly AskedMessage[]
}

interface AskedMessage {
  readonly role?: string
  readonly content?: unknown
  readonly toolCalls?: readonly { readonly id: string }[]
  readonly tool_calls?: readonly { readonly id: string }[]
  readonly toolCallId?: string
  readonly tool_call_id?: string
}

export async function playCases(cases: readonly Case[]): Promise<CasePlayer> {
  const asked = cases.map((): string[] => [])
  const server = createServer(async (request, response) => {
    const index = Number(request.url?.split('/')[1])
    const played = cases[index]
    const bodies = asked[index]
    if (!played || !bodies || request.method !== 'POST') return void response.writeHead(404).end()
    const body = await bodyOf(request)
    bodies.push(body)
    const { messages = [] } = JSON.parse(body) as { messages?: readonly AskedMessage[] }
    const question = { call: bodies.length, body, messages }
    const answer = played.answer ?? played.answers?.find(({ when = {} }) => fits(when, question))
    if (!answer) return void response.writeHead(500).end('no answer fits')
    await play(answer, response, played.agent === 'agui' ? (text) => filled(text, question) : (text) => text)
  })
  // A connection that is reset by either side is what some cases are about.
  server.on('clientError', (_, socket) => socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (played) => `http://127.0.0.1:${port}/${cases.indexOf(played)}/${played.agent === 'model' ? 'v1' : 'agent'}`,
    requestsOf: (played) => (asked[cases.indexOf(played)] ?? []).map((body) => JSON.parse(body) as unknown),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

function fits({ call, bodyHas, rolesRepeat, openToolCall }: Condition, asked: Asked): boolean {
  return (
    (call === undefined || call === asked.call) &&
    (bodyHas === undefined || bodyHas in (JSON.parse(asked.body) as object)) &&
    (!rolesRepeat || repeatsRoles(asked.messages)) &&
    (!openToolCall || hasOpenToolCall(asked.messages))
  )
}

function repeatsRoles(messages: readonly AskedMessage[]): boolean {
  return messages.some(
    ({ role }, at) => at > 0 && (role === messages[at - 1]?.role || role === 'system' || role === 'developer'),
  )
}

function hasOpenToolCall(messages: readonly AskedMessage[]): boolean {
  const results = new Set(messages.map(({ toolCallId, tool_call_id }) => toolCallId ?? tool_call_id))
  return messages.some((message) => (message.toolCalls ?? message.tool_calls ?? []).some(({ id }) => !results.has(id)))
}

function filled(text: string, { call, messages }: Asked): string {
  const json = messages.map((message) => JSON.stringify(message))
  const fillings: Record<string, string> = {
    n: String(call),
    given: json.join(','),
    earlier: json
      .slice(0, -1)
      .map((message) => `${message},`)
      .join(''),
    said: JSON.stringify(messages.at(-1)?.content ?? ''),
  }
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => fillings[name] ?? whole)
}

async function play(answer: Answer, response: ServerResponse, fill: (text: string) => string): Promise<void> {
  const { status, headers = {}, chunks, end, raw = false } = answer
  const { socket } = response
  if (!socket) return
  socket.setNoDelay(true)
  if (!raw && status !== 0) {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, headerOf(value))
    response.writeHead(status).flushHeaders()
  }
  const out = raw ? socket : response
  for (const { times = 1, afterMs = 0, ...chunk } of status === 0 && !raw ? [] : chunks) {
    if (afterMs > 0) await wait(afterMs)
    const bytes = bytesOf(chunk, fill)
    for (let n = 0; n < times && !socket.destroyed && bytes.length > 0; n++)
      if (!out.write(bytes)) await Promise.race([once(out, 'drain'), once(socket, 'close')])
  }
  if (end === 'reset') socket.resetAndDestroy()
  else if (end === 'cut') socket.end()
  else if (end === 'close') out.end()
}

function headerOf(value: string | readonly string[]): string | string[] {
  if (typeof value !== 'string') return value.map((each) => String(headerOf(each)))
  const [, seconds] = /^@date\+(\d+)$/.exec(value) ?? []
  return seconds === undefined ? value : new Date(Date.now() + Number(seconds) * 1_000).toUTCString()
}

function bytesOf({ text, base64 }: Chunk, fill: (text: string) => string): Buffer {
  return base64 === undefined ? Buffer.from(fill(text ?? '')) : Buffer.from(base64, 'base64')
}
