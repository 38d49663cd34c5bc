/** The limit of `idle.ts`: a bare node:http server whose streams get one comment and then nothing. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { STREAM_HEADERS } from '@holdfast/server'

const server = createServer((_, response) => {
  response.writeHead(200, STREAM_HEADERS)
  response.write(': hb\n\n')
})
server.timeout = 0
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
