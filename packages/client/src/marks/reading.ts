/**
 * What a person does to read marks here: shown in the same tick, then sent.
 *
 * Owns: the order of the two, what is stored in between. Does not know: lists, what is shown, how often a mark is sent
 * (`sender.ts`, loaded with the first one).
 */
import { keyString, type ThreadKey } from '@holdfast/core'
import type { RunTransport } from '../transport/port.ts'
import type { Marks } from './marks.ts'
import type { Mark, MarkSender, MarkSenderOptions } from './sender.ts'

export interface Reading {
  /** The person has read up to this position of the thread's log. */
  read(key: ThreadKey, seq: number): void
  markUnread(key: ThreadKey): void
  /**
   * Marks every thread of a room as read, at once. Sent once: it names no positions, and sent later it would also mark
   * what came in between. Rejects with a `TransportError`, and then nothing has changed.
   */
  readRoom(roomId: string): Promise<void>
  /** The same for every room. */
  readAll(): Promise<void>
}

export interface ReadingOptions extends Omit<MarkSenderOptions, 'ended' | 'stored'> {
  readonly transport: RunTransport
  readonly marks: Marks
}

/** Of read marks in the storage of the tab: the key follows. */
const STORED = 'mark.'

export function createReading({ marks, ...options }: ReadingOptions): Reading {
  const { transport, environment } = options
  const { keep } = environment
  let loading: Promise<MarkSender> | undefined

  async function load(): Promise<MarkSender> {
    const { createMarkSender } = await import('./sender.ts')
    return createMarkSender({
      ...options,
      stored: STORED,
      ended(key, thread) {
        marks.hold(key, false)
        if (thread) marks.learn(thread, marks.now)
      },
    })
  }

  function send(key: ThreadKey, mark: Mark): void {
    marks.hold(key, true)
    // Before anything is waited for: the page may be left at this very moment.
    if (mark === 'unread') keep.remove(STORED + keyString(key))
    else keep.write(STORED + keyString(key), String(mark.seq), 'next page')
    withSender((sender) => sender.send(key, mark)).catch(() => marks.hold(key, false))
  }

  /** Rejects if it could not be loaded. It is loaded again with the next mark. */
  async function withSender(act: (sender: MarkSender) => void): Promise<void> {
    loading ??= load()
    await loading.then(act, (cause: unknown) => {
      loading = undefined
      throw cause
    })
  }

  function read(key: ThreadKey, seq: number): void {
    if (marks.read(key, seq)) send(key, { seq })
  }

  async function readMany(ask: () => Promise<unknown>, roomId?: string): Promise<void> {
    const attempt = marks.readRoom(roomId)
    try {
      await ask()
    } catch (cause) {
      marks.takeBack(attempt)
      throw cause
    }
  }

  // What an earlier page could not send.
  if (keep.names().some((name) => name.startsWith(STORED))) {
    withSender(({ stored }) => {
      for (const { key, seq } of stored()) read(key, seq)
    }).catch(() => {})
  }

  return {
    read,
    markUnread(key) {
      marks.markUnread(key)
      send(key, 'unread')
    },
    readRoom: (roomId) => readMany(() => transport.ask('readRoom', [roomId]), roomId),
    readAll: () => readMany(() => transport.ask('readAll', [])),
  }
}
