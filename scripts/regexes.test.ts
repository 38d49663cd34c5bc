/**
 * No regular expression of the code takes more than linear time on any text: what it is given may come from an agent, a
 * provider or a page. All of them are found in the source. `scslre` looks for texts that repeat one kind of character;
 * texts that repeat more are not tried.
 */
import { globSync, readFileSync } from 'node:fs'
import { analyse } from 'scslre'
import ts from 'typescript'
import { expect, test } from 'vitest'

const FILES = globSync(['{packages,apps,examples}/**/*.{ts,tsx,js,mjs}', 'scripts/**/*.{ts,mjs}'], {
  exclude: ['**/node_modules/**', '**/dist/**', '**/*.test.ts', '**/*.test.tsx', '**/*.contract.ts', '**/testing/**'],
})

interface Found {
  readonly where: string
  readonly source: string
  readonly flags: string
}

function regexesOf(file: string, text: string): { readonly literals: Found[]; readonly made: string[] } {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const literals: Found[] = []
  const made: string[] = []
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
    if (isCall && node.expression.getText() === 'RegExp') made.push(file)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { literals, made }
}

/** What is wrong with it: nothing, where it is linear. */
function growthOf({ where, source, flags }: Found): string[] {
  const { reports } = analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true } })
  return reports.map(({ type, exponential, character }) => {
    const growth = exponential ? 'exponential' : 'quadratic'
    return `${where}: ${growth} (${type}) on many ${character.literal.source}`
  })
}

const found = FILES.map((file) => regexesOf(file, readFileSync(file, 'utf8')))

test('every regular expression in the code is linear', () => {
  const literals = found.flatMap((each) => each.literals)
  expect(literals.length).toBeGreaterThan(100)
  expect(literals.flatMap(growthOf)).toEqual([])
})

test('one that is put together while the program runs is known here, and was looked at', () => {
  expect(found.flatMap((each) => each.made).sort()).toEqual([
    // Of a fence's first mark and their number: one kind of character, then blanks to the line's end.
    'apps/chat/src/markdown/fence.ts',
    // Of the routes' own paths.
    'packages/server/src/http/routes/unknown.ts',
    // Of a question that stands in it.
    'scripts/pictures.ts',
  ])
})

test('a regular expression that is not linear is found, wherever it stands', () => {
  const { literals } = regexesOf(
    'a.ts',
    'const f = (s: string) => s.replace(/[a-z][a-z0-9]*:/g, String(/^(x+)+$/.test(s)))',
  )
  expect(literals.map(growthOf).map((reports) => reports.length > 0)).toEqual([true, true])
  expect(regexesOf('b.ts', 'new RegExp(text)').made).toEqual(['b.ts'])
})
