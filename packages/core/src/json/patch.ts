/**
 * JSON Patch (RFC 6902) with copy-on-write: it copies only the containers on the touched paths, never changes a value
 * that others hold, and is atomic. The rfc6902 library has no copy-on-write, compares lists in quadratic time, and would
 * be part of every page. A test compares this code with it.
 *
 * Danger: `/__proto__/x` and inherited members (`/toString/x`) must not be written. Only own members are walked.
 */
import type { JsonPatchOperation } from '@ag-ui/core'
import { sameJson } from './same-json.ts'
import { cloneJson, weigh } from './weigh.ts'

type Members = Record<string, unknown>
type Container = Members | unknown[]

/** Containers that only the fold holds, and may change in place. All others are copied first. */
export type Owned = Set<object>

/** Lets a caller watch a patch while it is applied. It may throw to stop the patch. */
export interface PatchObserver {
  /** A value is about to be copied to `path`. */
  copies(value: unknown, path: string): void
  /** This many members of a container were copied or moved. */
  touches(members: number): void
}

/**
 * The most that the copies of one patch may weigh, in units of text. A patch with more does not apply. Every fold has
 * the same limit, so that all of them get the same view.
 */
export const MAX_COPIED = 4 * 1024 * 1024
const MAX_COPIED_DEPTH = 1_000

interface Work {
  readonly mine: Owned
  copied: number
  readonly observer: PatchObserver | undefined
}

/** A larger set is emptied. It only saves copies, so this costs time and nothing else. */
const OWNED_MAX = 512
const INDEX = /^(?:0|[1-9]\d*)$/
const ROOT = 'root'

interface Place {
  readonly parent: Container
  readonly key: string
}

/** The patched value, or undefined if the patch does not apply; then nothing has changed. */
export function applyPatch(
  value: unknown,
  patch: readonly JsonPatchOperation[],
  owned: Owned,
  observer?: PatchObserver,
): { readonly value: unknown } | undefined {
  if (!Array.isArray(patch)) return undefined
  // One operation cannot fail after it has changed something (a move is two). Several can, so they work on new copies.
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
      // The copy shares nothing, so each container stays in one place.
      return add(at(operation.path), cloneJson(value), work)
    }
    case 'move': {
      const from = at(operation.from)
      if (!has(from)) return false
      if (operation.path === operation.from) return true
      // A value cannot be moved into itself.
      if (`${operation.path}/`.startsWith(`${operation.from}/`)) return false
      const value = read(from)
      return remove(from, holder, work) && add(at(operation.path), value, work)
    }
    default:
      operation satisfies undefined
      return false
  }
}

/** Walks to the container of the last token, and copies each container on the way that is not owned. */
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
  // The order matters: `~01` means `~1` (RFC 6901, section 4).
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
  // A state always has a value: the whole can be replaced, but not removed.
  if (!has(place) || place.parent === holder) return false
  const { parent, key } = place
  if (Array.isArray(parent)) {
    observer?.touches(parent.length - Number(key))
    parent.splice(Number(key), 1)
  } else delete parent[key]
  return true
}
