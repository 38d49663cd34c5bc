/**
 * Which conversation the person at this page looks at: the one that the address names; of two panes, the one used last.
 *
 * Owns: that. Does not know: when it is reported, and to whom (`@holdfast/client`, presence).
 */
import {
  browserFocus,
  createPresenceReporter,
  type PresenceReporter,
  type PresenceReporterOptions,
} from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'

/** The address, as the router has it. */
export interface Address {
  /** What each pane shows; undefined where that is not a thread. */
  panes(): { readonly first: ThreadKey | undefined; readonly second: ThreadKey | undefined }
  subscribe(listener: () => void): () => void
}

export interface ReportPresenceOptions extends Omit<PresenceReporterOptions, 'focus'> {
  readonly address: Address
}

/** Until the returned function is called. */
export function reportPresence({ address, ...options }: ReportPresenceOptions): () => void {
  const reporter = createPresenceReporter({ ...options, focus: browserFocus() })
  const stop = watchPresence(address, reporter)
  return () => {
    stop()
    reporter.close()
  }
}

/** Likewise. */
export function watchPresence(address: Address, { show }: Pick<PresenceReporter, 'show'>): () => void {
  let pane: Element | undefined

  function tell(): void {
    const { first, second } = address.panes()
    // A pane that was closed, or has no room any more, is no place to be.
    const inSecond = pane?.isConnected && pane.getAttribute('data-pane') === 'second'
    show((inSecond && second) || first)
  }

  function onMove({ target }: Event): void {
    const entered = target instanceof Element ? target.closest('[data-pane]') : null
    // The list, a menu or a dialog is no other pane.
    if (!entered || entered === pane) return
    pane = entered
    tell()
  }

  const moves = ['focusin', 'pointerdown'] as const
  for (const type of moves) document.addEventListener(type, onMove)
  const unsubscribe = address.subscribe(tell)
  tell()
  return () => {
    unsubscribe()
    for (const type of moves) document.removeEventListener(type, onMove)
  }
}
