import { existsSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'

const readme = readFileSync('README.md', 'utf8')

test('the lines that embed a conversation are twelve, and those of the example that is run', () => {
  const example = readFileSync('examples/06-embed/chat.ts', 'utf8')
  const lines = example.slice(example.indexOf('export function')).trim()
  expect(lines.split('\n')).toHaveLength(12)
  expect(readme).toContain(`\`\`\`ts\n${lines}\n\`\`\``)
})

test('every picture that the README shows is there in both themes, and small', () => {
  const pictures = [...readme.matchAll(/(?:src|srcset)="(docs\/[^"]+)"/g)].map(([, path = '']) => path)
  expect(pictures.length).toBeGreaterThan(0)
  for (const path of pictures) {
    expect(existsSync(path), path).toBe(true)
    expect(statSync(path).size, path).toBeLessThan(250_000)
    expect(pictures).toContain(path.replace('-light.', '-dark.'))
  }
})
