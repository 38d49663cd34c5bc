/**
 * PORT Bus: tells every process "thread X has more", "cancel run Y". Lossy by contract: who hears nothing re-reads the
 * store in its own time; who hears twice must not mind.
 */
import type { Notice, Publish } from '../store/port.ts'

export interface Bus {
  readonly publish: Publish
  /** A throwing listener hurts no other. Undoing twice is harmless. */
  subscribe(listener: (notice: Notice) => void): () => void
}
