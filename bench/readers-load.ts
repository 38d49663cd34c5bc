/**
 * The heavy readers of `readers.ts` in a separate process. Each loop repeats its request as soon as it is answered,
 * until it is stopped. Then the process reports how many answers and bytes that were.
 */
import { Agent, get } from 'node:http'

/** `pages` follow `next`, and start again at the end of the log. */
export type LoadOrder =
  | { readonly type: 'read'; readonly url: string; readonly loops: number; readonly pages: boolean }
  | { readonly type: 'stop' }

export interface LoadReport {
  readonly answers: number
  readonly bytes: number
}

const agent = new Agent({ keepAlive: true })
let on = false
let answers = 0
let bytes = 0

function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let tail = ''
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 100))).slice(-100)
      })
      response.on('end', () => {
        if (response.statusCode === 200) resolve(tail)
        else reject(new Error(`${url}: ${response.statusCode}`))
      })
    }).on('error', reject)
  })
}

async function loop(url: string, pages: boolean): Promise<void> {
  let after = 0
  while (on) {
    const tail = await ask(pages ? `${url}&after=${after}` : url)
    answers++
    const [, next = '0', end] = /"next":(\d+),"upToDate":(true|false)/.exec(tail) ?? []
    after = end === 'false' ? Number(next) : 0
  }
}

let loops: Promise<unknown> = Promise.resolve()

process.on('message', async (order: LoadOrder) => {
  if (order.type === 'read') {
    on = true
    answers = 0
    bytes = 0
    loops = Promise.all(Array.from({ length: order.loops }, () => loop(order.url, order.pages)))
    return
  }
  on = false
  await loops
  process.send?.({ answers, bytes } satisfies LoadReport)
})
