/**
 * What the frames of an answer come to. Owns: when an answer is whole. Does not know: time, sockets.
 *
 * What is not known to be good does not count as good: an answer that ends without a finish reason and without [DONE] is
 * no success, and neither is one whose finish reason nobody knows.
 */
import { brokeOff, failureOfFinish, noEndpoint, notUnderstood } from '../failures.ts'
import { meaningOf } from '../meaning.ts'
import { ProviderError } from '../provider-error.ts'
import { type Chunk, readChunk, type Usage } from './chunk.ts'
import { type Finish, meaningOfFinish } from './finish.ts'
import type { NamedFrame } from './frames.ts'
import { createThoughtSplitter, type Part } from './thoughts.ts'

export type Piece = Part | { readonly type: 'usage'; readonly usage: Usage }

export interface Answer {
  take(frame: NamedFrame): readonly Piece[]
  /** Nothing more comes; `cut`: because the connection broke. */
  end(cut: { readonly error: unknown } | undefined): { readonly pieces: readonly Piece[]; readonly failure?: Error }
  /** A finish reason has come. */
  readonly hasFinish: boolean
  /** [DONE] or an error has come: of what comes after it nothing counts but usage. */
  readonly isOver: boolean
}

/** Of what is neither an answer nor an error: kept for the reason it may give, if the answer has no end. */
const MAX_STRAYS = 8

/** `onTaken`: it is an answer, and no refusal. */
export function createAnswer(onTaken: () => void): Answer {
  const thoughts = createThoughtSplitter()
  const strays: unknown[] = []
  let finish: Finish | undefined
  let trouble: Error | undefined
  let isDone = false
  let isTaken = false
  let isPage = false
  let isRefusal = false
  /** The last words were a whole answer, in one value. */
  let isWhole = false
  let hasWords = false
  /** Words have come in parts. */
  let hasDeltas = false

  const isOver = () => isDone || trouble !== undefined

  function takeValue(value: unknown, event: string | undefined): readonly Piece[] {
    const chunk = readChunk(value)
    const error = chunk.error ?? (isError(event) ? value : undefined)
    if (chunk.hasChoice && error === undefined) taken()
    const pieces = [...say(chunk), ...usageIn(chunk)]
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
    // Some send the whole once more behind its parts.
    if (chunk.isWhole && hasDeltas) return []
    isWhole = chunk.isWhole
    hasDeltas ||= !chunk.isWhole
    isRefusal ||= chunk.isRefusal
    const thought: readonly Part[] = chunk.thought === '' ? [] : [{ type: 'thought', delta: chunk.thought }]
    const parts = chunk.text === '' ? thought : [...thought, ...thoughts.push(chunk.text)]
    hasWords ||= parts.length > 0
    return parts
  }

  /** Trouble behind a good end is nobody's. */
  function refuse(said: unknown): void {
    if (finish !== 'whole') trouble ??= new ProviderError(200, said)
  }

  function stray(said: unknown): void {
    if (strays.length < MAX_STRAYS) strays.push(said)
  }

  /** Undefined: the answer is whole. */
  function failureAtEnd(cut: { readonly error: unknown } | undefined): Error | undefined {
    if (trouble) return trouble
    if (finish === 'whole') return isRefusal ? failureOfFinish('filter') : undefined
    if (finish !== undefined) return failureOfFinish(finish)
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
          // Of the model's own words none is the reason.
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
      // A model that meant to answer, and forgot to say that it has thought enough.
      return { pieces: unclosed ? [...parts, { type: 'text', delta: unclosed }] : parts }
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

/** Trouble stays trouble, whatever follows it; one that nobody knows may yet be told. */
function finishAfter(before: Finish | undefined, next: Finish): Finish {
  return before === undefined || before === 'whole' || before === 'unknown' ? next : before
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
