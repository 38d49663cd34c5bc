/**
 * A model provider for `tools-loop.ts`, in a process of its own: it answers `Go: <label>` with a fixed row of tool calls,
 * by what the conversation already holds, and then says that it is done. Prints its address. Its answers come in small
 * pieces, so that a kill falls anywhere in them.
 */
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { type CallKind, callsOf, DONE } from './tool-plan.ts'

interface Asked {
  readonly messages: readonly { readonly role: string; readonly content?: unknown; readonly tool_calls?: unknown[] }[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

const [directory = '.'] = process.argv.slice(2)

const ENDINGS: Readonly<Record<CallKind, string>> = {
  read: 'echo',
  idempotent: 'write_file',
  effect: 'edit_file',
  child: 'run_sub_agent',
}

function argumentsFor(kind: CallKind, label: string): object {
  switch (kind) {
    case 'read':
      return { message: label }
    case 'idempotent':
      return { path: `${directory}/${label}.put`, content: label }
    case 'effect':
      return { path: `${directory}/${label}.txt`, edits: [{ oldText: 'END', newText: '+END' }] }
    case 'child':
      return { agent: 'helper', prompt: `Go: ${label}-child` }
  }
}

async function answer({ messages, tools = [] }: Asked, response: ServerResponse): Promise<void> {
  const send = async (delta: object, finish: string | null = null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }]
    const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    await wait(Math.random() * 8)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const question = messages.findLast(({ role }) => role === 'user')
  const label = /Go: ([\w-]+)/.exec(JSON.stringify(question?.content))?.[1] ?? 'nothing'
  const step = messages.filter((message) => message.role === 'assistant' && message.tool_calls?.length).length
  const calls = callsOf(label)[step]
  const words = calls ? `Step ${step} of ${label}.` : `${DONE} ${label}.`
  for (const word of words.split(/(?<= )/)) await send({ content: word })
  for (const [index, kind] of (calls ?? []).entries()) {
    const name = tools.map((tool) => tool.function.name).find((each) => each.endsWith(ENDINGS[kind])) ?? ENDINGS[kind]
    const json = JSON.stringify(argumentsFor(kind, `${label}-${step}-${index}`))
    const half = Math.floor(json.length / 2)
    const id = `call-${step}-${index}`
    await send({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: json.slice(0, half) } }] })
    await send({ tool_calls: [{ index, function: { arguments: json.slice(half) } }] })
  }
  await send({}, calls ? 'tool_calls' : 'stop')
  response.end('data: [DONE]\n\n')
}

const server = createServer((request, response) => {
  const body: Buffer[] = []
  request.on('data', (bytes: Buffer) => body.push(bytes))
  request.on('end', () => {
    answer(JSON.parse(Buffer.concat(body).toString()) as Asked, response).catch(() => response.destroy())
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) process.stdout.write(`http://127.0.0.1:${address.port}/v1\n`)
})
