/**
 * Decides what the frames of an answer amount to. Owns: when an answer is complete. Does not know: time, sockets.
 *
 * Only what is known to be good counts as good: an answer that ends without a finish reason and without [DONE] is not a
 * success, and neither is one with an unknown finish reason.
 */
import { brokeOff, failureOfFinish, noEndpoint, notUnderstood } from '../failures.ts'
import { meaningOf } from '../meaning.ts'
import { ProviderError } from '../provider-error.ts'
import { type CallPiece, createCallReader } from './calls.ts'
import { type Chunk, readChunk, type Usage } from './chunk.ts'
import { type Finish, meaningOfFinish } from './finish.ts'
import type { NamedFrame } from './frames.ts'
import { createThoughtSplitter, type Part } from './thoughts.ts'

export type Piece = Part | CallPiece | { readonly type: 'usage'; readonly usage: Usage }

export interface Answer {
  take(frame: NamedFrame): readonly Piece[]
  /** The stream ended. `cut`: because the connection broke. */
  end(cut: { readonly error: unknown } | undefined): { readonly pieces: readonly Piece[]; readonly failure?: Error }
  /** A finish reason has arrived. */
  readonly hasFinish: boolean
  /** [DONE] or an error has arrived: after it only usage counts. */
  readonly isOver: boolean
}

/** Characters kept of data that is neither answer nor error, for the reason it may give if the answer has no end. */
const MAX_STRAYS = 8

export interface AnswerOptions {
  /** It is an answer, not a refusal. */
  readonly onTaken: () => void
  /** Tools were offered: an answer may consist of calls. Otherwise an answer that calls one is a failure. */
  readonly takesCalls: boolean
}

export function createAnswer({ onTaken, takesCalls }: AnswerOptions): Answer {
  const calls = createCallReader()
  const thoughts = createThoughtSplitter()
  const strays: unknown[] = []
  let finish: Finish | undefined
  let trouble: Error | undefined
  let isDone = false
  let isTaken = false
  let isPage = false
  let isRefusal = false
  /** The last text was a whole answer in one value. */
  let isWhole = false
  let hasWords = false
  /** Text has arrived in parts. */
  let hasDeltas = false

  const isOver = () => isDone || trouble !== undefined

  function takeValue(value: unknown, event: string | undefined): readonly Piece[] {
    const chunk = readChunk(value)
    const error = chunk.error ?? (isError(event) ? value : undefined)
    if (chunk.hasChoice && error === undefined) taken()
    const pieces = [...say(chunk), ...callsIn(chunk), ...usageIn(chunk)]
    if (error !== undefined) refuse(error)
    else if (chunk.finish !== undefined) finish = finishAfter(finish, meaningOfFinish(chunk.finish))
    else if (!chunk.hasChoice && !chunk.usage) stray(value)
    return pieces
  }

  function taken(): void {
    if (!isTaken) onTaken()
    isTaken = true
  }

  function say(chunk: Chunk): readonly Part[] {
    if (chunk.thought + chunk.text === '') return []
    // Some send the whole answer again after its parts.
    if (chunk.isWhole && hasDeltas) return []
    isWhole = chunk.isWhole
    hasDeltas ||= !chunk.isWhole
    isRefusal ||= chunk.isRefusal
    const thought: readonly Part[] = chunk.thought === '' ? [] : [{ type: 'thought', delta: chunk.thought }]
    const parts = chunk.text === '' ? thought : [...thought, ...thoughts.push(chunk.text)]
    hasWords ||= parts.length > 0
    return parts
  }

  function callsIn(chunk: Chunk): readonly Piece[] {
    // Some send the whole answer again after its parts.
    if (chunk.isWhole && calls.count > 0) return []
    isWhole ||= chunk.isWhole && chunk.calls.length > 0
    const pieces = chunk.calls.flatMap((part) => calls.take(part))
    return takesCalls ? pieces : []
  }

  /** An error after a good end does not count. */
  function refuse(said: unknown): void {
    if (finish !== 'whole') trouble ??= new ProviderError(200, said)
  }

  function stray(said: unknown): void {
    if (strays.length < MAX_STRAYS) strays.push(said)
  }

  /** Undefined: the answer is complete. */
  function failureAtEnd(cut: { readonly error: unknown } | undefined): Error | undefined {
    if (trouble) return trouble
    if (finish !== undefined && finish !== 'whole' && finish !== 'tool') return failureOfFinish(finish)
    if (isRefusal && finish) return failureOfFinish('filter')
    // Some end an answer that calls tools with `stop`, some with [DONE] alone.
    const isEnded = finish !== undefined || isDone || (takesCalls && isWhole)
    if (calls.count > 0 && isEnded) return takesCalls ? undefined : failureOfFinish('tool')
    if (finish === 'tool') return takesCalls ? notUnderstood() : failureOfFinish('tool')
    if (finish) return undefined
    if (cut) return isTaken ? brokeOff(cut.error) : asError(cut.error)
    const reason = new ProviderError(200, strays)
    if (meaningOf(reason) !== 'unknown') return reason
    if (isWhole || (isDone && hasWords)) return undefined
    return isPage || (strays.length > 0 && !isTaken) ? noEndpoint(reason) : notUnderstood(reason)
  }

  return {
    take(frame) {
      if (isOver()) return frame.type === 'value' ? usageIn(readChunk(frame.value)) : []
      switch (frame.type) {
        case 'value':
          return takeValue(frame.value, frame.event)
        case 'done':
          isDone = true
          break
        case 'words':
          if (isError(frame.event)) refuse(frame.words)
          else stray(frame.words)
          break
        case 'page':
          isPage = true
          if (!isTaken) trouble = noEndpoint()
          break
        case 'broken':
          // The model's own text is never the reason.
          if (finish !== 'whole')
            trouble = new ProviderError(200, /"(choices|delta|content)"/.test(frame.words) ? '' : frame.words)
      }
      return []
    },
    end(cut) {
      const { parts, unclosed } = thoughts.end()
      hasWords ||= parts.length > 0
      const failure = failureAtEnd(cut)
      if (failure) return { pieces: parts, failure }
      // The model meant to answer but did not close its thought.
      const rest: readonly Part[] = unclosed && calls.count === 0 ? [{ type: 'text', delta: unclosed }] : []
      return { pieces: [...parts, ...rest, ...(takesCalls ? calls.end() : [])] }
    },
    get hasFinish() {
      return finish !== undefined
    },
    get isOver() {
      return isOver()
    },
  }
}

function usageIn({ usage }: Chunk): readonly Piece[] {
  return usage ? [{ type: 'usage', usage }] : []
}

function isError(event: string | undefined): boolean {
  return event !== undefined && /^error$/i.test(event)
}

/** A failure stays a failure whatever follows it, except that an unknown one may still be explained. */
function finishAfter(before: Finish | undefined, next: Finish): Finish {
  return before === undefined || before === 'whole' || before === 'unknown' ? next : before
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
