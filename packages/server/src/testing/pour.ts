/** An endless response, for tests of its readers. */
import type { ServerResponse } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'

/** Writes the same piece until the reader has gone, no faster than it reads. */
export async function pour(response: ServerResponse, piece: string): Promise<void> {
  let goOn = () => {}
  response.on('drain', () => goOn()).on('close', () => goOn())
  while (!response.destroyed) {
    if (!response.write(piece)) await new Promise<void>((resolve) => (goOn = resolve))
    await turn()
  }
}
