/** A thread for tests: writes into its log, and reads what the fold makes of it. */
import { expect } from 'vitest'
import { createLogBuilder, type EventJson, type LogBuilder, TEST_KEY } from '../../testing/log-builder.ts'
import { createFold, type ThreadFold } from '../fold.ts'
import { emptyView, type ThreadView } from '../thread-view.ts'

export interface WrittenThread {
  readonly log: LogBuilder
  /** Of the run `run`. */
  say(...events: readonly EventJson[]): void
  /** The view of the whole log, folded from nothing or from an earlier view. */
  fold(from?: ThreadView): ThreadFold
  view(from?: ThreadView): ThreadView
  /** I4: the view, folded at once and also continued from the view of every prefix. */
  everyway(): ThreadView
}

export const ask = { id: 'ask', role: 'user', content: 'Why?' } as const

export function emptyThread(): WrittenThread {
  const log = createLogBuilder()
  function fold(from: ThreadView = emptyView(TEST_KEY)): ThreadFold {
    const thread = createFold(TEST_KEY, from)
    for (const envelope of log.envelopes) thread.apply(envelope)
    return thread
  }
  return {
    log,
    say(...events) {
      for (const event of events) log.agui('run', event)
    },
    fold,
    view: (from) => fold(from).view(),
    everyway() {
      const whole = fold().view()
      for (let cut = 0; cut <= log.envelopes.length; cut += 1) {
        const first = createFold(TEST_KEY)
        for (const envelope of log.envelopes.slice(0, cut)) first.apply(envelope)
        expect(fold(first.view()).view()).toEqual(whole)
      }
      return whole
    },
  }
}

/** Its run `run` has begun with `ask`. */
export function runningThread(): WrittenThread {
  const thread = emptyThread()
  thread.log.accept('run', [ask])
  thread.log.start('run', [ask], null)
  return thread
}

/** A text that has begun and goes on. */
export function textOf(messageId: string, ...deltas: readonly string[]): EventJson[] {
  return [
    { type: 'TEXT_MESSAGE_START', messageId },
    ...deltas.map((delta): EventJson => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })),
  ]
}
