/** A separate process that opens idle streams and keeps them, so that their memory is not the server's. */
import { get } from 'node:http'

export interface StreamsOrder {
  readonly url: string
  readonly streams: number
}

/** How many are open, and how many were refused. */
export interface StreamsReport {
  readonly open: number
  readonly failed: number
}

const AT_ONCE = 100

async function open({ url, streams }: StreamsOrder): Promise<void> {
  const report = { open: 0, failed: 0 }
  const one = () =>
    new Promise<void>((resolve) => {
      const request = get(url, { agent: false }, (response) => {
        if (response.statusCode !== 200) {
          report.failed++
          return resolve()
        }
        response.once('data', () => {
          report.open++
          resolve()
        })
        response.on('error', () => {})
      })
      request.on('error', () => {
        report.failed++
        resolve()
      })
    })
  for (let begun = 0; begun < streams; begun += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, streams - begun) }, one))
  }
  process.send?.(report)
}

process.on('message', open)
