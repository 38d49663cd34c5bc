/**
 * Reads a provider's answer from its bytes to its text and its end. Owns: how long to read. Does not know: HTTP, who
 * asked.
 *
 * Invariants:
 * - A finish reason or [DONE] ends the answer, whatever the socket does afterwards. What follows a finish reason
 *   quickly is still read, because usage often does.
 * - Everything that arrived before a failure has been passed on.
 */
import type { Clock } from '@holdfast/core'
import { createAnswer, type Piece } from './answer.ts'
import { bytesOf } from './bytes.ts'
import { createFrameReader } from './frames.ts'

export interface ReadOptions {
  readonly clock: Clock
  /** Called when bytes arrive. */
  readonly heard: () => void
  /** The provider has started to answer, not to refuse. */
  readonly onTaken: () => void
}

/** Milliseconds to keep reading after a finish reason, and after text that follows it. */
export const LINGER_MS = 2_000

/** Returns when the answer is complete. @throws the failure of an incomplete one */
export async function* readAnswer(
  body: ReadableStream<Uint8Array>,
  { clock, heard, onTaken }: ReadOptions,
): AsyncGenerator<Piece> {
  const answer = createAnswer(onTaken)
  const frames = createFrameReader()
  const decoder = new TextDecoder()
  let until: number | undefined
  let cut: { readonly error: unknown } | undefined
  try {
    for await (const bytes of bytesOf(body, { clock, heard, until: () => until })) {
      const came: Piece[] = []
      for (const frame of frames.push(decoder.decode(bytes, { stream: true }))) {
        const pieces = answer.take(frame)
        if (answer.hasFinish && (until === undefined || pieces.length > 0)) until = clock.now() + LINGER_MS
        for (const piece of pieces) join(came, piece)
      }
      yield* came
      if (answer.isOver) break
    }
  } catch (error) {
    cut = { error }
  }
  // The line that a broken socket leaves is not the last one.
  if (!cut) for (const frame of [...frames.push(decoder.decode()), ...frames.end()]) yield* answer.take(frame)
  const { pieces, failure } = answer.end(cut)
  yield* pieces
  if (failure) throw failure
}

/** Characters. */
const MAX_JOINED = 16 * 1024

/** Text that arrives together is passed on together, because each piece has a cost for its reader. */
function join(pieces: Piece[], next: Piece): void {
  const last = pieces.at(-1)
  const isMore = last && last.type !== 'usage' && next.type !== 'usage' && last.type === next.type
  if (isMore && last.delta.length + next.delta.length <= MAX_JOINED)
    pieces.splice(-1, 1, { type: last.type, delta: last.delta + next.delta })
  else pieces.push(next)
}
