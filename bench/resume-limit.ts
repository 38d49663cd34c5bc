/**
 * The limit of `resume.ts`: a bare node:http server that keeps a run of HOLDFAST_BENCH_EVENTS events as an array in memory
 * and, asked, makes its frames and writes them, 32 a write, without storage and without waiting.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { frame } from '@holdfast/core'
import { STREAM_HEADERS } from '@holdfast/server'

const PER_WRITE = 32
const at = new Date().toISOString()
const address = { roomId: 'default', threadId: 'resume', runId: 'run', at, kind: 'agui' } as const
const events = Array.from({ length: Number(process.env.HOLDFAST_BENCH_EVENTS) }, (_, n) =>
  JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId: n % 2 === 0 ? 'a' : 'b', delta: `t${n} ` }),
)
events.push(JSON.stringify({ type: 'run.ended' }))

const server = createServer((_, response) => {
  response.writeHead(200, STREAM_HEADERS)
  for (let first = 0; first < events.length; first += PER_WRITE) {
    let text = ''
    for (const [index, json] of events.slice(first, first + PER_WRITE).entries()) {
      text += frame({ ...address, seq: first + index + 1 }, json)
    }
    response.write(text)
  }
  response.end()
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
