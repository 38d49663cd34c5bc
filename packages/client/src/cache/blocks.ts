/**
 * A view cut into blocks, so that a thread of thousands of messages is written again only where it has changed.
 *
 * Pure. Owns: how a view is cut and joined, and which blocks differ. Does not know: databases, formats.
 *
 * A view shares structure with the one before it (`core/thread`): an item that is the same object has not changed.
 */
import type { ThreadView } from '@holdfast/core'

/** The lists that grow with the thread. Everything else is small and is one block, the head. */
export const LISTS = ['messages', 'runs', 'subagents', 'superseded'] as const
const LENGTH = 256

type ListField = (typeof LISTS)[number]

export interface Block {
  readonly field: ListField | 'head'
  readonly n: number
  /** Of a list: its items. Of the head: one object. */
  readonly items: readonly unknown[]
}

/** As it is stored: JSON is read several times faster than a structured clone. */
export interface StoredBlock extends Pick<Block, 'field' | 'n'> {
  readonly text: string
}

/** How many blocks each list has. */
export type Counts = Readonly<Record<ListField, number>>

export function cut(view: ThreadView): { readonly blocks: readonly Block[]; readonly counts: Counts } {
  const { messages, runs, subagents, superseded, ...head } = view
  const lists: Readonly<Record<ListField, readonly unknown[]>> = { messages, runs, subagents, superseded }
  const blocks: Block[] = [{ field: 'head', n: 0, items: [head] }]
  const counts = { messages: 0, runs: 0, subagents: 0, superseded: 0 }
  for (const field of LISTS) {
    for (let from = 0; from < lists[field].length; from += LENGTH) {
      blocks.push({ field, n: counts[field], items: lists[field].slice(from, from + LENGTH) })
      counts[field] += 1
    }
  }
  return { blocks, counts }
}

/** Whether `before` has the same block. The head is small and is not compared. */
export function isSameBlock({ field, n, items }: Block, before: ThreadView): boolean {
  if (field === 'head') return false
  const list: readonly unknown[] = before[field]
  const from = n * LENGTH
  return Math.min(list.length - from, LENGTH) === items.length && items.every((item, at) => item === list[from + at])
}

/** What blocks from the device join to, unchecked. Undefined if they are not all the blocks of one view. */
export function join(blocks: readonly unknown[], counts: unknown): unknown {
  const joined: Record<string, unknown> = {}
  const parts: Record<ListField, unknown[][]> = { messages: [], runs: [], subagents: [], superseded: [] }
  for (const block of blocks) {
    const { field, n, text } = (block ?? {}) as Partial<StoredBlock>
    const items = itemsIn(text)
    if (!items) return undefined
    if (field === 'head') Object.assign(joined, items[0])
    // In the order of their numbers: one that is missing leaves the wrong number behind.
    else if (field !== undefined && Object.hasOwn(parts, field) && parts[field].length === n) parts[field].push(items)
    else return undefined
  }
  for (const field of LISTS) {
    if (parts[field].length !== (counts as Partial<Counts> | null)?.[field]) return undefined
    joined[field] = parts[field].flat()
  }
  return joined
}

function itemsIn(text: unknown): unknown[] | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const items: unknown = JSON.parse(text)
    return Array.isArray(items) ? items : undefined
  } catch {
    return undefined
  }
}
