/**
 * What a person does to read marks here: shown in the same tick, then sent.
 *
 * Owns: the order of the two. Does not know: lists, what is shown.
 */
import type { ThreadKey } from '@holdfast/core'
import type { RunTransport } from '../transport/port.ts'
import type { Marks } from './marks.ts'
import { createMarkSender, type MarkSenderOptions, storedMarks } from './sender.ts'

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

export interface ReadingOptions extends Omit<MarkSenderOptions, 'began' | 'ended'> {
  readonly transport: RunTransport
  readonly marks: Marks
}

export function createReading({ marks, ...options }: ReadingOptions): Reading {
  const { transport, environment } = options
  const sender = createMarkSender({
    ...options,
    began: (key) => marks.hold(key, true),
    ended(key, thread) {
      marks.hold(key, false)
      if (thread) marks.learn(thread, marks.now)
    },
  })

  function read(key: ThreadKey, seq: number): void {
    if (marks.read(key, seq)) sender.send(key, { seq })
  }

  async function readMany(ask: () => Promise<unknown>, roomId?: string): Promise<void> {
    marks.readRoom(roomId)
    try {
      await ask()
    } catch (cause) {
      marks.takeBack(roomId)
      throw cause
    }
  }

  for (const { key, seq } of storedMarks(environment.keep)) {
    marks.read(key, seq)
    sender.send(key, { seq })
  }

  return {
    read,
    markUnread(key) {
      marks.markUnread(key)
      sender.send(key, 'unread')
    },
    readRoom: (roomId) => readMany(() => transport.ask('readRoom', [roomId]), roomId),
    readAll: () => readMany(() => transport.ask('readAll', [])),
  }
}
