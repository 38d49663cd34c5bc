/**
 * Scrolling that follows what is written only while the reader is at the end, and never takes them there otherwise.
 * Owns: where the reader is. Does not know: what is shown.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

/** Nearer to the end than this (px) is at the end: browsers round. */
const NEAR = 48

export interface StickToEnd {
  readonly scroller: RefObject<HTMLElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  readonly atEnd: boolean
  toEnd(): void
}

export function useStickToEnd(): StickToEnd {
  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const sticks = useRef(true)
  const [atEnd, setAtEnd] = useState(true)

  const toEnd = useCallback(() => {
    const box = scroller.current
    if (!box) return
    sticks.current = true
    setAtEnd(true)
    box.scrollTop = box.scrollHeight
  }, [])

  useEffect(() => {
    const box = scroller.current
    if (!box) return
    const follow = () => {
      if (sticks.current) box.scrollTop = box.scrollHeight
    }
    let before = box.scrollTop
    const look = () => {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR
      // Content that grows moves the end away without a scroll upwards: only the reader's own scroll lets go.
      if (near) sticks.current = true
      else if (box.scrollTop < before) sticks.current = false
      before = box.scrollTop
      setAtEnd(sticks.current)
    }
    const sizes = new ResizeObserver(follow)
    sizes.observe(box)
    if (content.current) sizes.observe(content.current)
    box.addEventListener('scroll', look, { passive: true })
    follow()
    return () => {
      sizes.disconnect()
      box.removeEventListener('scroll', look)
    }
  }, [])

  return { scroller, content, atEnd, toEnd }
}
