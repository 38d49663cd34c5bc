/**
 * Scrolling that follows new text only while the reader is at the end, and never moves them there otherwise. Owns:
 * where the reader is. Does not know: what is shown.
 */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'

/** Nearer to the end than this (px) is at the end: browsers round. */
const NEAR = 48

export interface StickToEnd {
  readonly scroller: RefObject<HTMLElement | null>
  readonly atEnd: boolean
  toEnd(): void
  /** A height changed: a reader at the end stays at the end, in the same frame. */
  follow(): void
}

interface StickOptions {
  /** Where a reader starts who was not at the end, in px; read once the lines are in the page. */
  begin(): number | undefined
  /** They leave. `top` is where they were, undefined at the end. */
  leave(top: number | undefined): void
}

export function useStickToEnd({ begin, leave }: StickOptions): StickToEnd {
  const scroller = useRef<HTMLElement>(null)
  const sticks = useRef(true)
  const [atEnd, setAtEnd] = useState(true)
  const asked = useRef({ begin, leave })

  /** Where the box was scrolled to when it was last looked at. */
  const before = useRef(0)

  const look = useCallback(() => {
    const box = scroller.current
    if (!box) return
    const near = box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR
    // Content that grows moves the end away without a scroll upwards: only the reader's own scroll lets go.
    if (near) sticks.current = true
    else if (box.scrollTop < before.current) sticks.current = false
    before.current = box.scrollTop
    setAtEnd(sticks.current)
  }, [])

  const follow = useCallback(() => {
    // The reader may have scrolled already, before the event that reports it.
    look()
    const box = scroller.current
    if (box && sticks.current) box.scrollTop = box.scrollHeight
  }, [look])

  const toEnd = useCallback(() => {
    const box = scroller.current
    if (!box) return
    sticks.current = true
    setAtEnd(true)
    box.scrollTop = box.scrollHeight
  }, [])

  useLayoutEffect(() => {
    const box = scroller.current
    if (!box) return
    const place = asked.current.begin()
    sticks.current = place === undefined
    setAtEnd(sticks.current)
    if (place !== undefined) box.scrollTop = place
    else box.scrollTop = box.scrollHeight
    before.current = box.scrollTop
    const sizes = new ResizeObserver(follow)
    sizes.observe(box)
    box.addEventListener('scroll', look, { passive: true })
    return () => {
      asked.current.leave(sticks.current ? undefined : box.scrollTop)
      sizes.disconnect()
      box.removeEventListener('scroll', look)
    }
  }, [follow, look])

  useLayoutEffect(() => {
    asked.current = { begin, leave }
  })

  return { scroller, atEnd, toEnd, follow }
}
