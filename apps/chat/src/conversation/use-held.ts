/**
 * Lines that stay in the page while scrolled away, because they have the focus or are part of a selection. Without this
 * a selection would lose its end, and the keyboard its place.
 */
import { type RefObject, useEffect, useState } from 'react'

/** First and last line. */
export type Span = readonly [from: number, to: number]

/** Of a longer selection only the ends stay; copying it then lacks the middle. */
const MANY = 1_000

interface Held {
  readonly selected?: Span
  readonly focused?: Span
}

export function useHeld(scroller: RefObject<HTMLElement | null>): readonly Span[] {
  const [held, setHeld] = useState<Held>({})
  useEffect(() => {
    const box = scroller.current
    if (!box) return
    const within = box
    function hold(what: keyof Held, span: Span | undefined): void {
      setHeld((before) => (isSame(before[what], span) ? before : { ...before, [what]: span }))
    }
    const onSelection = () => {
      const { anchorNode, focusNode, isCollapsed } = document.getSelection() ?? { isCollapsed: true }
      const ends = isCollapsed ? [] : [rowOf(within, anchorNode), rowOf(within, focusNode)]
      const known = ends.filter((row) => row !== undefined)
      hold('selected', known.length === 0 ? undefined : [Math.min(...known), Math.max(...known)])
    }
    const onFocus = ({ target }: FocusEvent) => {
      const row = target instanceof Node ? rowOf(within, target) : undefined
      hold('focused', row === undefined ? undefined : [row, row])
    }
    const onBlur = () => hold('focused', undefined)
    document.addEventListener('selectionchange', onSelection)
    within.addEventListener('focusin', onFocus)
    within.addEventListener('focusout', onBlur)
    return () => {
      document.removeEventListener('selectionchange', onSelection)
      within.removeEventListener('focusin', onFocus)
      within.removeEventListener('focusout', onBlur)
    }
  }, [scroller])
  return [held.selected, held.focused].filter((span) => span !== undefined)
}

/** Every line of the spans once, the ends alone of one that is too long. */
export function linesOf(spans: readonly Span[], count: number): number[] {
  const lines = new Set<number>()
  for (const [from, to] of spans) {
    const step = to - from > MANY ? to - from : 1
    for (let line = Math.max(0, from); line <= Math.min(to, count - 1); line += step) lines.add(line)
  }
  return [...lines]
}

function rowOf(box: HTMLElement, node: Node | null | undefined): number | undefined {
  const element = node instanceof Element ? node : node?.parentElement
  const line = element?.closest<HTMLElement>('[data-line]')
  return line && box.contains(line) ? Number(line.dataset.line) : undefined
}

function isSame(one: Span | undefined, other: Span | undefined): boolean {
  return one === other || (one !== undefined && one[0] === other?.[0] && one[1] === other[1])
}
