/**
 * Moves the person's read marks as they look: what is open in a window that has the focus is read.
 *
 * Owns: when looking counts as reading, and up to where. Does not know: what is open (it is passed in), how a mark travels.
 *
 * Invariants:
 * - The mark moves in the tick in which the end of a run arrives, so that the open thread is never unread.
 * - What has not arrived is not read: without a live connection the mark moves as far as the content on the screen.
 * - A mark that the person has set by hand on the open thread stays until they open it again.
 */
import { isUnread, keyString, type ThreadKey } from '@holdfast/core'
import type { Focus, Visibility } from '../environment/port.ts'
import { createListeners, type Observable, undoAll } from '../observable/observable.ts'
import type { RunRegistry } from '../registry/port.ts'

export interface LookingOptions {
  readonly registry: Pick<RunRegistry, 'observe' | 'read' | 'marks'>
  readonly focus: Focus
  readonly visibility: Visibility
}

/** What is shown, and whether a person is there. */
export interface Looked {
  readonly window: 'focused' | 'visible' | 'hidden'
  readonly shown: readonly ThreadKey[]
}

export interface Looking extends Observable<Looked> {
  /** The threads that are open in this window now. */
  show(threads: readonly ThreadKey[]): void
  /** Twice is harmless. */
  close(): void
}

interface Shown {
  readonly key: ThreadKey
  /** The person has seen it since it was opened. */
  opened: boolean
  unwatch?: (() => void) | undefined
}

export function createLooking({ registry, focus, visibility }: LookingOptions): Looking {
  const listeners = createListeners()
  const shown = new Map<string, Shown>()
  let state: Looked = { window: windowState(), shown: [] }

  function windowState(): Looked['window'] {
    if (visibility.hidden) return 'hidden'
    return focus.focused ? 'focused' : 'visible'
  }

  /** Reads what there is to read of it; what has still to arrive is read when it does. */
  function look(each: Shown): void {
    if (state.window !== 'focused') return
    const { key, opened } = each
    const { content, connection } = registry.observe(key).snapshot()
    const marks = registry.marks.of(key)
    const seen = content.type === 'ready' ? content.view.seq : 0
    const completedSeq = marks?.completedSeq ?? 0
    const isHere = seen > 0 && marks !== undefined && (connection.type === 'live' || seen >= completedSeq)
    if (isHere) {
      each.opened = true
      if (opened ? completedSeq > marks.readSeq : isUnread(marks)) registry.read(key, Math.max(seen, completedSeq))
    }
    watch(each, !isHere)
  }

  function watch(each: Shown, wanted: boolean): void {
    if (wanted) {
      each.unwatch ??= registry.observe(each.key).subscribe(() => look(each))
      return
    }
    each.unwatch?.()
    each.unwatch = undefined
  }

  function become(next: Looked): void {
    state = next
    for (const each of shown.values()) look(each)
    listeners.tell()
  }

  function turn(): void {
    const window = windowState()
    if (window !== state.window) become({ ...state, window })
  }

  const undo = undoAll(
    visibility.subscribe(turn),
    focus.subscribe(turn),
    registry.marks.subscribe(({ roomId, threadId }) => {
      const each = shown.get(keyString({ roomId, threadId }))
      if (each) look(each)
    }),
  )

  return {
    snapshot: () => state,
    subscribe: listeners.add,
    show(threads) {
      const ids = new Set(threads.map(keyString))
      for (const [id, each] of shown) {
        if (ids.has(id)) continue
        watch(each, false)
        shown.delete(id)
      }
      for (const key of threads) if (!shown.has(keyString(key))) shown.set(keyString(key), { key, opened: false })
      become({ window: windowState(), shown: threads })
    },
    close() {
      undo()
      for (const each of shown.values()) watch(each, false)
      shown.clear()
      listeners.clear()
    },
  }
}
