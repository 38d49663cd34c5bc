/** Lists come in pages. */

export interface PageRequest {
  /** 1–200. */
  readonly limit: number
  /** The `next` of an earlier page. */
  readonly before?: string
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
}
