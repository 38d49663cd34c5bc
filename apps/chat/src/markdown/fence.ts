/** Fenced code that is still being written: recognised by its first line, ended by its last, never parsed in between. */
import type { Code, RootContent } from 'mdast'

interface Written {
  readonly nodes: readonly RootContent[]
  readonly source: string
}

interface OpenFence {
  readonly code: Code
  readonly contentStart: number
  readonly end: RegExp
}

/** The fence that a block consists of, if it starts at the margin and could continue. */
export function openFence({ nodes: [code, ...others], source }: Written): OpenFence | undefined {
  if (code?.type !== 'code' || others.length > 0) return undefined
  const [first, marker] = /^(`{3,}(?!`)|~{3,}(?!~))[^\n\r]*\n/.exec(source) ?? []
  if (first === undefined || marker === undefined) return undefined
  const end = new RegExp(`^ {0,3}${marker[0]}{${marker.length},}[\\t ]*$`, 'm')
  return end.test(source.slice(first.length)) ? undefined : { code, contentStart: first.length, end }
}

/** `seen`: how much of the source is known to leave the fence open. */
export function stillOpen({ end, contentStart }: OpenFence, source: string, seen: number): boolean {
  const fresh = source.slice(Math.max(contentStart, source.lastIndexOf('\n', seen - 1) + 1))
  return !end.test(fresh) && !fresh.includes('\r') && !fresh.includes('\0')
}
