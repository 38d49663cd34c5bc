/**
 * The identity of a conversation everywhere: map key, envelope, cache, URL. No API of Holdfast takes a bare threadId.
 */
export interface ThreadKey {
  readonly roomId: string
  readonly threadId: string
}

/** The room that exists from the first start. It cannot be deleted. */
export const DEFAULT_ROOM_ID = 'default'

/**
 * Ids are 1–128 characters of `[A-Za-z0-9_.:-]`, not `.` or `..`, which no URL can name (docs/PROTOCOL.md, Conventions;
 * WHATWG URL, path state).
 */
export const ID_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,128}$/

export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID_PATTERN.test(value)
}

/** Equal exactly for equal keys, because an id cannot contain `/`. */
export function keyString(key: ThreadKey): string {
  return `${key.roomId}/${key.threadId}`
}

export function sameKey(a: ThreadKey, b: ThreadKey): boolean {
  return a.roomId === b.roomId && a.threadId === b.threadId
}

/** The key in a value from outside, or undefined if there is no valid one. An address is never guessed. */
export function keyOf(value: unknown): ThreadKey | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { roomId, threadId } = value as Record<string, unknown>
  return isId(roomId) && isId(threadId) ? { roomId, threadId } : undefined
}
