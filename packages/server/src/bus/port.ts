/**
 * PORT Bus: notifies every process of "thread X has more", "cancel run Y". Lossy by contract: a process that gets no
 * notice re-reads the store on its own schedule, and a notice that arrives twice must be harmless.
 */
import type { Notice, Publish } from '../store/port.ts'

export interface Bus {
  readonly publish: Publish
  /** A throwing listener affects no other. Returns an idempotent function that unsubscribes. */
  subscribe(listener: (notice: Notice) => void): () => void
}
