/**
 * Limits what a browser must load before it can show anything, and writes a gzipped twin of every file.
 *
 * Owns: the sum over the entry and its static imports; the twins, which the server sends to clients that accept them.
 * Does not know: what is loaded later, which is unlimited.
 */
import { gzipSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'

/** Smaller files fit into a packet or two as they are. */
const WORTH_IT = 512

interface FirstLoadOptions {
  /** Bytes of JavaScript, gzipped. */
  readonly most: number
  /** Whether a build over the limit fails or only warns. */
  readonly strict: boolean
}

export function firstLoad({ most, strict }: FirstLoadOptions): Plugin {
  return {
    name: 'first-load',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const sizes = new Map<string, number>()
        for (const [name, file] of Object.entries(bundle)) {
          const source = file.type === 'chunk' ? file.code : file.source
          if (!/\.(js|css|svg)$/.test(name) || source.length < WORTH_IT) continue
          const zipped = gzipSync(source, { level: 9 })
          sizes.set(name, zipped.length)
          this.emitFile({ type: 'asset', fileName: `${name}.gz`, source: zipped })
        }
        const first = firstOf(bundle)
        const sum = first.reduce((bytes, { fileName, code }) => bytes + (sizes.get(fileName) ?? code.length), 0)
        const said = `the first load is ${kB(sum)} of JavaScript, gzipped (at most ${kB(most)})`
        process.stdout.write(`${said}\n`)
        if (sum <= most) return
        const heavy = first.flatMap(({ modules }) =>
          Object.entries(modules).map(([id, m]) => ({ id, size: m.renderedLength })),
        )
        const heaviest = heavy.toSorted((a, b) => b.size - a.size).slice(0, 12)
        const complain = strict ? this.error : this.warn
        complain.call(
          this,
          `${said}. The heaviest, before they are made small:\n${heaviest.map(({ id, size }) => `${size} ${id}`).join('\n')}`,
        )
      },
    },
  }
}

/** The entries and everything that they import statically. */
function firstOf(bundle: Rolldown.OutputBundle): Rolldown.OutputChunk[] {
  const found = new Map<string, Rolldown.OutputChunk>()
  function walk(name: string): void {
    const chunk = bundle[name]
    if (chunk?.type !== 'chunk' || found.has(name)) return
    found.set(name, chunk)
    chunk.imports.forEach(walk)
  }
  for (const [name, file] of Object.entries(bundle)) if (file.type === 'chunk' && file.isEntry) walk(name)
  return [...found.values()]
}

function kB(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}
