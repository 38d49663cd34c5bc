import { describe, expect, it } from 'vitest'
import { circles, type Doors, moduleOf, refusals } from './arrows.ts'
import { readTable } from './table.ts'

const table = readTable(`
## Who may import whom

| module | may import |
|---|---|
| core/key | |
| core/log | core/key |
| server/store | core |
| server/store/sqlite | core, server/store |
| server/engine | core, server/store |
| server/http | core, server/store |
| react | core |

## Next
`)

const doors: Doors = new Map([
  ['core', new Set(['packages/core/src/index.ts', 'packages/core/src/testing/index.ts'])],
  ['server', new Set(['packages/server/src/index.ts'])],
])

function refused(from: string, to: string): boolean {
  return refusals([{ from, to }], table, doors).length > 0
}

describe('the import table of ARCHITECTURE.md', () => {
  it('lets a module import what the table lists, and itself', () => {
    expect(refused('packages/core/src/log/a.ts', 'packages/core/src/key/b.ts')).toBe(false)
    expect(refused('packages/core/src/log/a.ts', 'packages/core/src/log/b.ts')).toBe(false)
    expect(refused('packages/server/src/http/a.ts', 'packages/core/src/index.ts')).toBe(false)
  })

  it('refuses http → engine, whatever kind of import it is', () => {
    expect(refused('packages/server/src/http/a.ts', 'packages/server/src/engine/b.ts')).toBe(true)
  })

  it('refuses what is not listed, also the other way round', () => {
    expect(refused('packages/core/src/key/a.ts', 'packages/core/src/log/b.ts')).toBe(true)
    expect(refused('packages/react/src/a.ts', 'packages/server/src/index.ts')).toBe(true)
    expect(refused('packages/server/src/store/a.ts', 'packages/server/src/store/sqlite/b.ts')).toBe(true)
  })

  it('refuses reaching past a package’s doors', () => {
    expect(refused('packages/server/src/http/a.ts', 'packages/core/src/key/b.ts')).toBe(true)
  })

  it('refuses a file that is in no module', () => {
    expect(refused('packages/server/src/new-module/a.ts', 'packages/core/src/index.ts')).toBe(true)
  })

  it('lets a test use any module of its own package, but no other package’s inside', () => {
    expect(refused('packages/server/src/http/a.test.ts', 'packages/server/src/engine/b.ts')).toBe(false)
    expect(refused('packages/server/src/http/a.test.ts', 'packages/core/src/key/b.ts')).toBe(true)
  })

  it('puts a file into the innermost module', () => {
    expect(moduleOf('packages/server/src/store/sqlite/deep/a.ts', table)).toBe('server/store/sqlite')
  })
})

describe('the table', () => {
  it('must exist: a check that reads nothing does not pass', () => {
    expect(() => readTable('# Nothing here')).toThrow(/no section/)
  })

  it('names only modules', () => {
    expect(() => readTable('## Who may import whom\n| a/b | c/d |')).toThrow(/c\/d, which is no module/)
  })
})

describe('circles', () => {
  it('are found with the files along them', () => {
    const imports = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'b' },
    ]
    expect(circles(imports)).toEqual([['b', 'c', 'b']])
  })

  it('are not a diamond', () => {
    const imports = [
      { from: 'a', to: 'b' },
      { from: 'a', to: 'c' },
      { from: 'b', to: 'd' },
      { from: 'c', to: 'd' },
    ]
    expect(circles(imports)).toEqual([])
  })
})
