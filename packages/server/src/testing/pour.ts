/** An answer without end, for tests of what reads it. */
import type { ServerResponse } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'

/** Writes the same piece until whoever reads has gone, no faster than it is read. */
export async function pour(response: ServerResponse, piece: string): Promise<void> {
  let goOn = () => {}
  response.on('drain', () => goOn()).on('close', () => goOn())
  while (!response.destroyed) {
    if (!response.write(piece)) await new Promise<void>((resolve) => (goOn = resolve))
    await turn()
  }
}
