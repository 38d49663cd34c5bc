/**
 * Finds every regular expression in the code and says how its time grows with the text it reads. `scslre` tries texts that
 * repeat one kind of character; it does not try texts that repeat more.
 */
import { globSync, readFileSync } from 'node:fs'
import { analyse } from 'scslre'
import ts from 'typescript'

const SOURCES = ['{packages,apps,examples}/**/*.{ts,tsx,js,mjs}', 'scripts/**/*.{ts,mjs}']
const NOT_PRODUCT = ['**/node_modules/**', '**/dist/**', '**/*.test.{ts,tsx}', '**/*.contract.ts', '**/testing/**']

export interface Regex {
  /** File, line and the expression. */
  readonly where: string
  readonly source: string
  readonly flags: string
}

export interface Regexes {
  readonly literals: readonly Regex[]
  /** Files that build one from text at run time, once for each. */
  readonly built: readonly string[]
}

export function allRegexes(): Regexes {
  const found = globSync(SOURCES, { exclude: NOT_PRODUCT }).map((file) => regexesOf(file, readFileSync(file, 'utf8')))
  return {
    literals: found.flatMap(({ literals }) => literals),
    built: found.flatMap(({ built }) => built).sort(),
  }
}

export function regexesOf(file: string, text: string): Regexes {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const literals: Regex[] = []
  const built: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      literals.push({
        where: `${file}:${line + 1} ${node.text}`,
        source: node.text.slice(1, end),
        flags: node.text.slice(end + 1),
      })
    }
    const isCall = ts.isNewExpression(node) || ts.isCallExpression(node)
    if (isCall && node.expression.getText() === 'RegExp') built.push(file)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { literals, built }
}

/** One sentence for each way in which it is worse than linear. */
export function growthOf({ where, source, flags }: Regex): readonly string[] {
  const { reports } = analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true } })
  return reports.map(({ type, exponential, character }) => {
    const growth = exponential ? 'exponential' : 'quadratic'
    return `${where}: ${growth} (${type}) on many ${character.literal.source}`
  })
}
