/** A model provider for the example: looks an address up, sends a letter, and says what came of it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Message {
  readonly role: string
  readonly content: string
}

export async function startModel(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { messages } = JSON.parse(body) as { messages: Message[] }
    const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => content)
    const calls = [call('address', { of: 'Ann' }), call('send', { to: results[0], text: 'Hello Ann' })][results.length]
    const delta = calls ? { tool_calls: [calls] } : { content: `The letter: ${results[1]}` }
    const chunk = { choices: [{ index: 0, delta, finish_reason: calls ? 'tool_calls' : 'stop' }] }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close: () => void server.close() }
}

function call(name: string, args: object) {
  return { index: 0, id: `call-${name}`, type: 'function', function: { name, arguments: JSON.stringify(args) } }
}
