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
import { type AnswerOptions, createAnswer, type Piece } from './answer.ts'
import { bytesOf } from './bytes.ts'
import { createFrameReader } from './frames.ts'

export interface ReadOptions extends AnswerOptions {
  readonly clock: Clock
  /** Called when bytes arrive. */
  readonly heard: () => void
}

/** Milliseconds to keep reading after a finish reason, and after text that follows it. */
export const LINGER_MS = 2_000

/** Returns when the answer is complete. @throws the failure of an incomplete one */
export async function* readAnswer(
  body: ReadableStream<Uint8Array>,
  { clock, heard, ...options }: ReadOptions,
): AsyncGenerator<Piece> {
  const answer = createAnswer(options)
  const frames = createFrameReader()
  const decoder = new TextDecoder()
  let until: number | undefined
  let cut: { readonly error: unknown } | undefined
  try {
    for await (const bytes of bytesOf(body, { clock, heard, until: () => until })) {
      const came: Piece[] = []
      for (const frame of frames.push(decoder.decode(bytes, { stream: true }))) {
        const pieces = answer.take(frame)
        const saysMore = pieces.some(({ type }) => type !== 'usage')
        if (answer.hasFinish && (until === undefined || saysMore)) until = clock.now() + LINGER_MS
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
  if (!last || !('delta' in last && 'delta' in next) || !isSame(last, next)) pieces.push(next)
  else if (last.delta.length + next.delta.length > MAX_JOINED) pieces.push(next)
  else pieces.splice(-1, 1, { ...last, delta: last.delta + next.delta })
}

function isSame(last: Piece, next: Piece): boolean {
  return last.type === next.type && ('n' in last ? last.n : -1) === ('n' in next ? next.n : -1)
}
