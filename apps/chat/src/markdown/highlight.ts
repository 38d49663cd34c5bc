/**
 * Splits code into coloured pieces, a few lines at a time, so that long code never blocks a frame. Colours are custom
 * properties of the page, so both themes share one pass. The regex engine is JavaScript, because the page's policy
 * allows no WebAssembly.
 */
import { createCssVariablesTheme, createHighlighterCore, type GrammarState, type ThemedToken } from 'shiki/core'
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript'
import { languageOf } from './languages.ts'

const LINES_AT_ONCE = 20
const LONGEST_CODE = 100_000
const LONGEST_LINE = 2_000
/** A line that takes longer stays as far as it came; the first one of a language compiles its expressions. */
const LONGEST_MS = 5_000
const theme = createCssVariablesTheme({ name: 'page', variablePrefix: '--md-', fontStyle: true })

export interface Piece {
  readonly text: string
  /** A colour of the page: `var(--md-token-…)`. */
  readonly color: string | undefined
}

const highlighter = createHighlighterCore({
  themes: [theme],
  langs: [],
  engine: createJavaScriptRegexEngine({ forgiving: true }),
})

/** Lines of pieces, or undefined if the language is not known, the code too long, or `signal` was aborted. */
export async function highlight(
  code: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly (readonly Piece[])[] | undefined> {
  const language = languageOf(name)
  if (language === undefined || code.length > LONGEST_CODE) return undefined
  const [core, { default: grammars }] = await Promise.all([highlighter, language.load()])
  await core.loadLanguage(...grammars)
  const lang = grammars.at(-1)?.name
  if (lang === undefined) return undefined
  const lines = code.split('\n')
  const done: Piece[][] = []
  let grammarState: GrammarState | undefined
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    await idle()
    if (signal.aborted) return undefined
    const part = lines.slice(from, from + LINES_AT_ONCE).join('\n')
    const { tokens, grammarState: after } = core.codeToTokens(part, {
      lang,
      theme: 'page',
      ...(grammarState && { grammarState }),
      tokenizeMaxLineLength: LONGEST_LINE,
      tokenizeTimeLimit: LONGEST_MS,
    })
    grammarState = after
    done.push(...tokens.map((line) => line.map(pieceOf)))
  }
  return done
}

function pieceOf({ content, color }: ThemedToken): Piece {
  return { text: content, color }
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: 500 })
    else setTimeout(resolve)
  })
}
