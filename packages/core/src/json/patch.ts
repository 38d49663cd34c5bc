/**
 * JSON Patch (RFC 6902) on a value that others hold: copies only the containers on the touched paths, changes nothing
 * that was handed out, and is atomic. The library has no copy-on-write and compares lists in quadratic time, and every
 * page would load it: a test holds what is here against it.
 *
 * Dangers: `/__proto__/x` and inherited members (`/toString/x`) are no places to write to; only own members are walked.
 */
import type { JsonPatchOperation } from '@ag-ui/core'
import { sameJson } from './same-json.ts'
import { cloneJson, weigh } from './weigh.ts'

type Members = Record<string, unknown>
type Container = Members | unknown[]

/** Containers that only the fold holds and may change in place; everything else is copied first. */
export type Owned = Set<object>

/** Lets a caller watch a patch while it is applied. It may throw to stop the patch. */
export interface PatchObserver {
  /** A value is about to be copied to `path`. */
  copies(value: unknown, path: string): void
  /** So many members of a container were copied or moved. */
  touches(members: number): void
}

/**
 * Units of text that the copies of one patch may weigh; one with more does not apply. Part of what a patch means: every
 * fold of a log comes to the same.
 */
export const MAX_COPIED = 4 * 1024 * 1024
const MAX_COPIED_DEPTH = 1_000

interface Work {
  readonly mine: Owned
  copied: number
  readonly observer: PatchObserver | undefined
}

/** Beyond this the set is emptied: it is a memory of copies, and copying again is only slower. */
const OWNED_MAX = 512
const INDEX = /^(?:0|[1-9]\d*)$/
const ROOT = 'root'

interface Place {
  readonly parent: Container
  readonly key: string
}

/** The patched value, or undefined when the patch does not apply: then nothing has changed. */
export function applyPatch(
  value: unknown,
  patch: readonly JsonPatchOperation[],
  owned: Owned,
  observer?: PatchObserver,
): { readonly value: unknown } | undefined {
  if (!Array.isArray(patch)) return undefined
  // One operation cannot fail once it has changed something (a move is two). Several can: they work on fresh copies.
  const mine: Owned = patch.length === 1 && patch[0]?.op !== 'move' ? owned : new Set()
  const holder = { [ROOT]: value }
  const work: Work = { mine, copied: 0, observer }
  for (const operation of patch) {
    if (!applyOne(holder, operation, work)) return undefined
  }
  if (mine !== owned) {
    owned.clear()
    for (const container of mine) owned.add(container)
  }
  if (owned.size > OWNED_MAX) owned.clear()
  return { value: holder[ROOT] }
}

function applyOne(holder: Container, operation: JsonPatchOperation, work: Work): boolean {
  const at = (path: unknown) => reach(holder, path, work)
  switch (operation?.op) {
    case 'add':
      return 'value' in operation && add(at(operation.path), operation.value, work)
    case 'replace':
      return 'value' in operation && replace(at(operation.path), operation.value)
    case 'remove':
      return remove(at(operation.path), holder, work)
    case 'test': {
      const place = at(operation.path)
      return 'value' in operation && has(place) && sameJson(read(place), operation.value)
    }
    case 'copy': {
      const from = at(operation.from)
      if (!has(from)) return false
      const value = read(from)
      work.observer?.copies(value, operation.path)
      const weight = weigh(value, { size: MAX_COPIED - work.copied, depth: MAX_COPIED_DEPTH })
      if (weight === undefined) return false
      work.copied += weight
      // It shares nothing with what it copies: each stays one place's alone.
      return add(at(operation.path), cloneJson(value), work)
    }
    case 'move': {
      const from = at(operation.from)
      if (!has(from)) return false
      if (operation.path === operation.from) return true
      // Nothing can be moved into its own inside.
      if (`${operation.path}/`.startsWith(`${operation.from}/`)) return false
      const value = read(from)
      return remove(from, holder, work) && add(at(operation.path), value, work)
    }
    default:
      operation satisfies undefined
      return false
  }
}

/** Walks to the container of the last token, making each container on the way one's own. */
function reach(holder: Container, path: unknown, { mine, observer }: Work): Place | undefined {
  const tokens = tokensOf(path)
  if (tokens === undefined) return undefined
  let parent = holder
  let key = ROOT
  for (const token of tokens) {
    const child = hasMember(parent, key) ? (parent as Members)[key] : undefined
    if (typeof child !== 'object' || child === null || token === '__proto__') return undefined
    let own = child as Container
    if (!mine.has(own)) {
      own = Array.isArray(own) ? own.slice() : { ...own }
      observer?.touches(Array.isArray(own) ? own.length : Object.keys(own).length)
      mine.add(own)
      ;(parent as Members)[key] = own
    }
    parent = own
    key = token
  }
  return { parent, key }
}

function tokensOf(path: unknown): string[] | undefined {
  if (typeof path !== 'string' || (path !== '' && path[0] !== '/')) return undefined
  const tokens = path.split('/')
  tokens.shift()
  // In this order: `~01` is `~1` (RFC 6901, 4).
  return path.includes('~') ? tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')) : tokens
}

function hasMember(parent: Container, key: string): boolean {
  return Array.isArray(parent) ? INDEX.test(key) && Number(key) < parent.length : Object.hasOwn(parent, key)
}

function has(place: Place | undefined): place is Place {
  return place !== undefined && hasMember(place.parent, place.key)
}

function read({ parent, key }: Place): unknown {
  return (parent as Members)[key]
}

function write({ parent, key }: Place, value: unknown): void {
  ;(parent as Members)[key] = value
}

function add(place: Place | undefined, value: unknown, { observer }: Work): boolean {
  if (place === undefined) return false
  const { parent, key } = place
  if (!Array.isArray(parent)) write(place, value)
  else if (key === '-') parent.push(value)
  else if (INDEX.test(key) && Number(key) <= parent.length) {
    observer?.touches(parent.length - Number(key))
    parent.splice(Number(key), 0, value)
  } else return false
  return true
}

function replace(place: Place | undefined, value: unknown): boolean {
  if (!has(place)) return false
  write(place, value)
  return true
}

function remove(place: Place | undefined, holder: Container, { observer }: Work): boolean {
  // A state is always a value: the whole of it can be replaced, not taken away.
  if (!has(place) || place.parent === holder) return false
  const { parent, key } = place
  if (Array.isArray(parent)) {
    observer?.touches(parent.length - Number(key))
    parent.splice(Number(key), 1)
  } else delete parent[key]
  return true
}
