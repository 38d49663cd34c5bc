/** The smallest AG-UI agent: counts down from the number it is given. `node agent.ts` prints its address. */
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { RunAgentInput } from '@ag-ui/core'

const server = createServer(async (request, response) => {
  const body: Buffer[] = []
  for await (const chunk of request) body.push(chunk)
  const { threadId, runId, messages } = JSON.parse(Buffer.concat(body).toString()) as RunAgentInput
  const asked = JSON.stringify(messages.at(-1)?.content)
  const say = (event: object) => response.write(`data: ${JSON.stringify(event)}\n\n`)

  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  say({ type: 'RUN_STARTED', threadId, runId })
  say({ type: 'TEXT_MESSAGE_START', messageId: `${runId}-a`, role: 'assistant' })
  for (let n = Number(/\d+/.exec(asked)?.[0] ?? 3); n > 0 && !response.destroyed; n--) {
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: `${runId}-a`, delta: `${n} ` })
    await wait(20)
    // As if its process had died.
    if (asked.includes('break') && n === 2) return void response.destroy()
  }
  say({ type: 'TEXT_MESSAGE_END', messageId: `${runId}-a` })
  say({ type: 'RUN_FINISHED', threadId, runId })
  response.end()
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) console.log(`http://127.0.0.1:${address.port}/agent`)
})
