import type { TenantThread } from '../store/tenant-thread.ts'

/** A stream begins or stops following one thread. Says nothing about any run: reading never owns one (I5). */
export interface ReaderChange extends TenantThread {
  readonly type: 'reader_joined' | 'reader_left'
  /** The last position the reader has been given: the cursor it came with, or where it stopped. */
  readonly seq: number
}

export type OnReader = (change: ReaderChange) => void
