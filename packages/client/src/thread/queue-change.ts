/** A change of the queue that a person has asked for: what they want, and what the log showed then. */
import type { QueueEntry } from '@holdfast/core'
import type { Message } from './request.ts'

export type QueueWish =
  | {
      readonly type: 'edit'
      readonly runId: string
      readonly text: string
      /** The messages of the entry with this text. */
      readonly messages: readonly Message[]
    }
  /** Entries that are left out keep their order behind these. */
  | { readonly type: 'order'; readonly order: readonly string[] }
  | { readonly type: 'paused'; readonly paused: boolean }
  | { readonly type: 'now'; readonly runId: string }

export interface QueueChange {
  readonly id: number
  readonly wish: QueueWish
  /** The queue in the log when the change was requested. */
  readonly queue: readonly QueueEntry[] | undefined
  readonly paused: boolean | undefined
  readonly answered: boolean
}
