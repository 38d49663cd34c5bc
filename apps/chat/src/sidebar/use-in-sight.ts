/** Scrolls a list, and nothing around it, as far as needed to show its selected row, each time another one is selected. */
import { type RefObject, useEffect, useRef } from 'react'

/** Above the row, for the heading that stays at the top of the list (px). */
const HEADING = 36

/** `known`: the rows are there. */
export function useInSight<T extends HTMLElement>(selected: string | undefined, known: boolean): RefObject<T | null> {
  const list = useRef<T>(null)
  useEffect(() => {
    const box = list.current
    const row = selected !== undefined && known && box?.querySelector('[aria-current]')
    if (!box || !row) return
    const [around, own] = [box.getBoundingClientRect(), row.getBoundingClientRect()]
    if (own.top < around.top + HEADING) box.scrollTop -= around.top + HEADING - own.top
    else if (own.bottom > around.bottom) box.scrollTop += own.bottom - around.bottom
  }, [selected, known])
  return list
}
