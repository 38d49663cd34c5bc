/**
 * Display formulas as a micromark construct: `$$ … $$` and `\[ … \]`, on one line or several.
 *
 * Owns: where such a formula starts and ends. Does not know: inline formulas (math-text-syntax.ts).
 *
 * 1. The first line alone decides whether it starts a formula, so earlier text of a growing message keeps its reading.
 * 2. Nothing inside it is markdown, not even a blank line or a list. It ends at its delimiter, or with its container.
 */
import type { Code, Construct, Effects, State, Token, TokenizeContext } from 'micromark-util-types'
import { BACKSLASH, DOLLAR, isLineEnding, isSpace, textOf } from './math-codes.ts'
import { isPlain } from './not-maths.ts'

const OPEN = 91
const CLOSE = 93
/** Of the sentence that a formula ends. */
const STOPS: ReadonlySet<Code> = new Set([44, 46, 58, 59])

export const mathFlow: Construct = { name: 'mathFlow', concrete: true, tokenize: tokenizeMathFlow }

const nextLine: Construct = { tokenize: tokenizeNextLine, partial: true }

function tokenizeMathFlow(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const self = this
  /** How many dollars it begins with; 0 for a bracket. */
  let dollars = 0
  let firstLine = true
  let content = ''
  /** Square brackets of the first line that are closed and were not opened. */
  let brackets = 0
  let inValue = false
  return start

  function start(code: Code): State | undefined {
    effects.enter('mathFlow')
    effects.enter('mathFlowFence')
    effects.enter('mathFlowFenceSequence')
    if (code === DOLLAR) return openDollars(code)
    effects.consume(code)
    return openBracket
  }
  function openDollars(code: Code): State | undefined {
    if (code === DOLLAR) {
      effects.consume(code)
      dollars += 1
      return openDollars
    }
    return dollars < 2 ? nok(code) : opened(code)
  }
  function openBracket(code: Code): State | undefined {
    if (code !== OPEN) return nok(code)
    effects.consume(code)
    return opened
  }
  function opened(code: Code): State | undefined {
    effects.exit('mathFlowFenceSequence')
    effects.exit('mathFlowFence')
    return inside(code)
  }

  function inside(code: Code): State | undefined {
    if (code === null || isLineEnding(code)) return lineEnd(code)
    if (code === BACKSLASH || (code === DOLLAR && dollars > 0)) return maybeDelimiter(code)
    if (code === OPEN) brackets += 1
    if (code === CLOSE) brackets -= 1
    // An escaped bracket before text that is not a formula.
    if (firstLine && dollars === 0 && brackets < 0) return nok(code)
    return take(code)
  }
  function take(code: number): State {
    if (!inValue) effects.enter('mathFlowValue')
    inValue = true
    if (firstLine) content += textOf(code)
    effects.consume(code)
    return inside
  }
  function endValue(): void {
    if (inValue) effects.exit('mathFlowValue')
    inValue = false
  }
  function lineEnd(code: Code): State | undefined {
    endValue()
    if (firstLine && self.interrupt) return ok(code)
    firstLine = false
    return code === null ? end(code) : effects.attempt(nextLine, inside, end)(code)
  }
  function end(code: Code): State | undefined {
    effects.exit('mathFlow')
    return ok(code)
  }

  function maybeDelimiter(code: number): State {
    endValue()
    const token = effects.enter('mathFlowFenceSequence')
    effects.consume(code)
    return code === DOLLAR ? (next) => moreDollars(next, token, 1) : (next) => afterBackslash(next, token)
  }
  function moreDollars(code: Code, token: Token, size: number): State | undefined {
    if (code === DOLLAR) {
      effects.consume(code)
      return (next) => moreDollars(next, token, size + 1)
    }
    if (size >= dollars) return closed(code)
    if (firstLine) return nok(code)
    return isValue(code, token)
  }
  function afterBackslash(code: Code, token: Token): State | undefined {
    if (code === CLOSE && dollars === 0) {
      if (firstLine && isPlain(content)) return nok(code)
      effects.consume(code)
      return closed
    }
    // A second formula starts on the same line, so both are part of a sentence.
    if (code === OPEN && dollars === 0 && firstLine) return nok(code)
    // Two backslashes are one command.
    if (code !== BACKSLASH) return isValue(code, token)
    effects.consume(code)
    return (next) => isValue(next, token)
  }
  /** The apparent delimiter is not one. */
  function isValue(code: Code, token: Token): State | undefined {
    token.type = 'mathFlowValue'
    inValue = true
    if (firstLine) content += '\\'
    return inside(code)
  }

  function closed(code: Code): State | undefined {
    effects.exit('mathFlowFenceSequence')
    return afterClosing(code)
  }
  function afterClosing(code: Code): State | undefined {
    if (STOPS.has(code)) {
      effects.enter('mathFlowValue')
      effects.consume(code)
      effects.exit('mathFlowValue')
      return beforeLineEnd
    }
    return beforeLineEnd(code)
  }
  function beforeLineEnd(code: Code): State | undefined {
    if (code === null || isLineEnding(code)) return end(code)
    if (isSpace(code)) {
      effects.enter('whitespace')
      return space(code)
    }
    return rest(code)
  }
  function space(code: Code): State | undefined {
    if (code !== null && isSpace(code) && !isLineEnding(code)) {
      effects.consume(code)
      return space
    }
    effects.exit('whitespace')
    return code === null || isLineEnding(code) ? end(code) : rest(code)
  }
  /** A sentence continues after the formula. If it is on the first line, the formula belongs to the sentence. */
  function rest(code: Code): State | undefined {
    if (firstLine) return nok(code)
    effects.exit('mathFlow')
    effects.enter('paragraph')
    effects.enter('chunkText', { contentType: 'text' })
    return restOfLine(code)
  }
  function restOfLine(code: Code): State | undefined {
    if (code !== null && !isLineEnding(code)) {
      effects.consume(code)
      return restOfLine
    }
    effects.exit('chunkText')
    effects.exit('paragraph')
    return ok(code)
  }
}

/** Onto the next line, unless that only belongs here because it is lazy. */
function tokenizeNextLine(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  return (code) => {
    if (code === null) return nok(code)
    effects.enter('lineEnding')
    effects.consume(code)
    effects.exit('lineEnding')
    return (next) => (this.parser.lazy[this.now().line] ? nok(next) : ok(next))
  }
}
