/**
 * The bytes of an answer, for as long as reading makes sense. Owns: closing the socket. Does not know: what the bytes
 * say.
 */
import type { Clock } from '@holdfast/core'

export interface BytesOptions {
  readonly clock: Clock
  /** Called when bytes arrive. */
  readonly heard: () => void
  /** When to stop waiting for more, on the clock; read before each read. Undefined: not known. */
  readonly until: () => number | undefined
}

/** Ends with the body, or at `until`; throws what the socket throws. Stopping the iteration closes the socket. */
export async function* bytesOf(
  body: ReadableStream<Uint8Array>,
  { clock, heard, until }: BytesOptions,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const end = until()
      // A sender that is never silent is cut off as well.
      if (end !== undefined && clock.now() >= end) return
      const next = await inTime(reader.read(), clock, end)
      if (!next || next.done) return
      heard()
      yield next.value
    }
  } finally {
    // It may have failed already; that does not matter.
    reader.cancel().catch(() => {})
  }
}

/** Undefined: it took too long. */
async function inTime<T>(promise: Promise<T>, clock: Clock, until: number | undefined): Promise<T | undefined> {
  if (until === undefined) return promise
  let undo = () => {}
  const late = new Promise<undefined>((resolve) => {
    undo = clock.schedule(Math.max(0, until - clock.now()), () => resolve(undefined))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    undo()
  }
}
