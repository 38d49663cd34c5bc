/**
 * An MCP server over stdio that misbehaves as asked: the test's other end, written without the client library. The argument
 * says what it does at its start; each tool does one thing that no server should.
 */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

type Message = { readonly id?: number; readonly method?: string; readonly params?: { name?: string; _meta?: object } }

const [, , start = 'well', file = ''] = process.argv
let extra = false

const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const answer = (id: number | undefined, text: string) => send({ id, result: { content: [{ type: 'text', text }] } })
const tool = (name: string, rest: object = {}) => ({ name, inputSchema: { type: 'object' }, ...rest })

const NAMES = [
  'ok',
  'die',
  'hang',
  'stdout',
  'stderr',
  'not_json',
  'huge',
  'huge_id_last',
  'huge_no_id',
  'twice',
  'change',
  'progress',
]
const ODD = [
  5,
  null,
  {},
  { name: '' },
  { name: 'text', inputSchema: 'x' },
  { name: 'list', inputSchema: { type: 'array' } },
  tool('ok'),
  tool('ok'),
]

function deep(levels: number): object {
  return levels === 0 ? {} : { type: 'object', properties: { a: deep(levels - 1) } }
}

const DO: Record<string, (id: number | undefined, message: Message) => void> = {
  ok: (id, { params }) => answer(id, JSON.stringify(params?._meta ?? {})),
  die: () => process.exit(3),
  hang: () => {},
  stdout: (id) => {
    for (let n = 0; n < 50_000; n++) send({ method: 'notifications/message', params: { level: 'info', data: n } })
    answer(id, 'after the flood')
  },
  stderr: (id) => {
    for (let n = 0; n < 50_000; n++) process.stderr.write(`${'e'.repeat(20)} ${process.env.SECRET_OF_THE_TEST ?? ''}\n`)
    answer(id, 'after the flood')
  },
  not_json: (id) => {
    process.stdout.write('{"jsonrpc": "2.0", "id": 7, \n<html>\n\u0000\n[1,2]\n{"id":null}\n')
    answer(id, 'after the noise')
  },
  huge: (id) =>
    process.stdout.write(
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${'x'.repeat(50 << 20)}"}]}}\n`,
    ),
  huge_id_last: (id) =>
    process.stdout.write(
      `{"result":{"content":[{"type":"text","text":"${'x'.repeat(12 << 20)}"}]},"jsonrpc":"2.0","id":${id}}\n`,
    ),
  huge_no_id: () => process.stdout.write(`${'x'.repeat(12 << 20)}\n`),
  twice: (id) => {
    answer(id, 'one')
    answer(id, 'two')
  },
  change: (id) => {
    extra = true
    for (let n = 0; n < 100; n++) send({ method: 'notifications/tools/list_changed' })
    answer(id, 'changed')
  },
  progress: (id, { params }) => {
    const { progressToken } = (params?._meta ?? {}) as { progressToken?: number }
    for (let n = 0; n < 200; n++)
      send({ method: 'notifications/progress', params: { progressToken, progress: n, total: 200 } })
    answer(id, 'done')
    send({ method: 'notifications/progress', params: { progressToken, progress: 'x' } })
  },
}

if (file !== '') appendFileSync(file, `${process.pid}\n`)
if (start === 'dies') process.exit(9)
if (start === 'stubborn') {
  process.on('SIGTERM', () => {})
  // A helper that outlives its parent unless the whole group is ended.
  const helper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  appendFileSync(file, `${helper.pid}\n`)
  setInterval(() => {}, 1000)
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as Message
  if (start === 'silent') return
  switch (message.method) {
    case 'initialize':
      if (start === 'refuses') return send({ id: message.id, error: { code: -32_600, message: 'Not today.' } })
      return send({
        id: message.id,
        result: {
          protocolVersion: '2025-06-18',
          capabilities: { tools: { listChanged: true } },
          serverInfo: { name: 'h', version: '1' },
        },
      })
    case 'tools/list':
      if (start === 'odd')
        return send({ id: message.id, result: { tools: [...ODD, tool('deep', { inputSchema: deep(40) })] } })
      return send({
        id: message.id,
        result: { tools: [...NAMES, ...(extra ? ['extra'] : [])].map((name) => tool(name)) },
      })
    case 'tools/call':
      return DO[message.params?.name ?? '']?.(message.id, message)
    case 'ping':
      return send({ id: message.id, result: {} })
    default:
      if (message.method === 'notifications/cancelled' && file !== '') appendFileSync(file, 'cancelled\n')
  }
})
