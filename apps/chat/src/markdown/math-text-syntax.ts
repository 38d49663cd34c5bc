/**
 * Inline formulas, as one micromark construct for each kind: `\(…\)`, `\[…\]`, and `$…$` where it is not a price.
 *
 * Owns: where such a formula starts and ends. Does not know: inline `$$…$$` (micromark-extension-math), display
 * formulas (math-flow-syntax.ts).
 *
 * 1. Nothing inside a formula is markdown: none of its backslashes is an escape.
 * 2. An attempt ends at the next delimiter, so the cost of reading is linear in the text, whatever it contains.
 */
import type { Code, Construct, Effects, State, Token, TokenizeContext } from 'micromark-util-types'
import { BACKSLASH, DOLLAR, isDigit, isLineEnding, isSpace, isUpper, isWord, textOf } from './math-codes.ts'
import { isPlain, isPrice } from './not-maths.ts'

const ROUND = { open: 40, close: 41 }
const SQUARE = { open: 91, close: 93 }

/** In front of what markdown makes of a backslash. */
export const texMathText: readonly Construct[] = [
  texConstruct(ROUND, (content) => content.trim() === ''),
  texConstruct(SQUARE, isPlain),
  { name: 'texLiteral', tokenize: tokenizeLiteral },
]

/** The rules of pandoc, and as few letters and digits around it as prices and variables of a shell have. */
export const dollarMathText: Construct = {
  name: 'dollarMathText',
  // As micromark-extension-math has it, which is asked next and takes this for granted.
  previous(code) {
    return code !== DOLLAR || this.events.at(-1)?.[1].type === 'characterEscape'
  },
  tokenize: tokenizeDollar,
}

function tokenizeDollar(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const body = createBody(effects)
  const { previous } = this
  return (code) => {
    // A dollar sign before it makes both a longer run.
    if (previous === DOLLAR || isWord(previous)) return nok(code)
    effects.enter('mathText')
    effects.enter('mathTextSequence')
    effects.consume(code)
    effects.exit('mathTextSequence')
    return first
  }

  function first(code: Code): State | undefined {
    return code === null || isSpace(code) || code === DOLLAR ? nok(code) : inside(code)
  }
  function inside(code: Code): State | undefined {
    if (code === null) return nok(code)
    if (code === BACKSLASH) return escaped(code)
    if (code !== DOLLAR) return body.take(code, inside)
    if (isSpace(body.last())) return nok(code)
    body.end()
    effects.enter('mathTextSequence')
    effects.consume(code)
    effects.exit('mathTextSequence')
    return after
  }
  /** A dollar that TeX would write. */
  function escaped(code: number): State | undefined {
    return body.take(code, (next) => (next === null || isLineEnding(next) ? inside(next) : body.take(next, inside)))
  }
  function after(code: Code): State | undefined {
    if (code === DOLLAR || isDigit(code) || isUpper(code) || isPrice(body.content())) return nok(code)
    effects.exit('mathText')
    return ok(code)
  }
}

interface Bracket {
  readonly open: number
  readonly close: number
}

function texConstruct(bracket: Bracket, isNone: (content: string) => boolean): Construct {
  return { name: 'texMathText', tokenize: tokenizeTex }

  function tokenizeTex(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
    const body = createBody(effects)
    return (code) => {
      effects.enter('mathText')
      effects.enter('mathTextSequence')
      effects.consume(code)
      return (next) => {
        if (next !== bracket.open) return nok(next)
        effects.consume(next)
        effects.exit('mathTextSequence')
        return inside
      }
    }

    function inside(code: Code): State | undefined {
      if (code === null) return nok(code)
      if (code !== BACKSLASH) return body.take(code, inside)
      body.end()
      const token = effects.enter('mathTextSequence')
      effects.consume(code)
      return (next) => afterBackslash(next, token)
    }
    function afterBackslash(code: Code, token: Token): State | undefined {
      // A formula contains no such delimiter.
      if (code === bracket.open) return nok(code)
      if (code !== bracket.close) {
        body.goOn(token, '\\')
        // Two backslashes are one command.
        return code === BACKSLASH ? body.take(code, inside) : inside(code)
      }
      if (isNone(body.content())) return nok(code)
      effects.consume(code)
      effects.exit('mathTextSequence')
      effects.exit('mathText')
      return ok
    }
  }
}

/** A formula without an end, or without one yet: the text stays as written, including its backslash. */
function tokenizeLiteral(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  return (code) => {
    effects.enter('data')
    effects.consume(code)
    return (next) => {
      if (next !== ROUND.open && next !== ROUND.close) return nok(next)
      effects.consume(next)
      effects.exit('data')
      return ok
    }
  }
}

/** The text between the delimiters: as tokens, line by line, and as a string. */
function createBody(effects: Effects) {
  let content = ''
  let last: Code = null
  let inData = false
  function end(): void {
    if (inData) effects.exit('mathTextData')
    inData = false
  }
  return {
    end,
    last: () => last,
    content: () => content,
    take(code: number, next: State): State {
      last = code
      if (isLineEnding(code)) {
        end()
        content += textOf(code)
        effects.enter('lineEnding')
        effects.consume(code)
        effects.exit('lineEnding')
        return next
      }
      if (!inData) effects.enter('mathTextData')
      inData = true
      content += textOf(code)
      effects.consume(code)
      return next
    },
    /** The apparent delimiter is not one. */
    goOn(token: Token, written: string): void {
      token.type = 'mathTextData'
      inData = true
      content += written
      last = BACKSLASH
    },
  }
}
