/**
 * Drags a row of a list to another place by mouse or finger. Esc, or a change of the list, puts it back.
 *
 * Owns: what is dragged and where it would land. Does not know: what the rows are, what landing does.
 */
import {
  type CSSProperties,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { landing, shift } from './landing.ts'

/** So near to an edge of the list (px) it scrolls, by so much a frame. */
const EDGE = 28
const SCROLL = 6

/** What is shown. After landing it stays until the list has the new order. */
interface Carried {
  readonly id: string
  readonly from: number
  readonly to: number
  /** px from where it stood. */
  readonly by: number
  readonly heights: readonly number[]
  readonly landed: boolean
}

interface Hand {
  readonly pointerId: number
  readonly fromY: number
  readonly fromScroll: number
  y: number
  frame: number
  carried: Carried
}

interface Drag {
  readonly list: RefObject<HTMLOListElement | null>
  readonly carrying: boolean
  /** For the handle of a row. */
  gripOf(id: string): Grip
  /** For the line itself. */
  lineOf(id: string, at: number): { readonly style?: CSSProperties; readonly 'data-carried'?: true }
}

export interface Grip {
  onPointerDown(event: PointerEvent): void
  onPointerMove(event: PointerEvent): void
  onPointerUp(): void
  onPointerCancel(): void
}

/** `land`: moves it to this index, from 0. */
export function useDrag(ids: readonly string[], land: (id: string, to: number) => void): Drag {
  const list = useRef<HTMLOListElement>(null)
  const hand = useRef<Hand>(undefined)
  const [carried, setCarried] = useState<Carried>()
  const isHeld = carried !== undefined && !carried.landed

  function putBack(): void {
    letGo(hand)
    setCarried(undefined)
  }
  /** Each frame: the list may be scrolling below a hand that is still. */
  function follow(): void {
    const { current } = hand
    if (!list.current || !current) return
    const { carried: before } = current
    const { heights, from } = before
    const [up, down] = [shift(heights, from, 0, from), shift(heights, from, heights.length - 1, from)]
    const by = Math.min(down, Math.max(up, wayOf(current, list.current)))
    if (by !== before.by) {
      current.carried = { ...before, by, to: landing(heights, from, by) }
      setCarried(current.carried)
    }
    current.frame = requestAnimationFrame(follow)
  }
  function release(): void {
    if (!hand.current) return
    follow()
    const { id, from, to, heights } = hand.current.carried
    letGo(hand)
    const by = shift(heights, from, to, from)
    setCarried(to === from ? undefined : { id, from, to, heights, by, landed: true })
    if (to !== from) land(id, to)
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever was carried, the list is another now
  useLayoutEffect(putBack, [ids.join(' ')])
  useEffect(() => () => letGo(hand), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: putting back is the same each time
  useEffect(() => {
    if (!isHeld) return
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key !== 'Escape') return
      // No run is stopped by it.
      event.preventDefault()
      event.stopPropagation()
      putBack()
    }
    window.addEventListener('keydown', onKeyDown, true)
    return () => window.removeEventListener('keydown', onKeyDown, true)
  }, [isHeld])

  return {
    list,
    carrying: carried !== undefined,
    gripOf: (id) => ({
      onPointerDown(event) {
        const from = ids.indexOf(id)
        if (!list.current || from < 0 || hand.current || event.button !== 0) return
        event.preventDefault()
        event.currentTarget.setPointerCapture(event.pointerId)
        const heights = Array.from(list.current.children, (line) => line.getBoundingClientRect().height)
        const taken = { id, from, to: from, by: 0, heights, landed: false }
        const { pointerId, clientY: y } = event
        const { scrollTop: fromScroll } = list.current
        hand.current = { pointerId, fromY: y, fromScroll, y, frame: requestAnimationFrame(follow), carried: taken }
        setCarried(taken)
      },
      onPointerMove({ pointerId, clientY }) {
        if (hand.current?.pointerId === pointerId) hand.current.y = clientY
      },
      onPointerUp: release,
      onPointerCancel: putBack,
    }),
    lineOf(id, at) {
      if (!carried) return {}
      const isIt = carried.id === id
      const by = isIt ? carried.by : shift(carried.heights, carried.from, carried.to, at)
      return { style: { transform: `translateY(${by}px)` }, ...(isIt && { 'data-carried': true }) }
    },
  }
}

function letGo(hand: RefObject<Hand | undefined>): void {
  if (hand.current) cancelAnimationFrame(hand.current.frame)
  hand.current = undefined
}

/** How far the row has been dragged. Near an edge the list scrolls. */
function wayOf({ y, fromY, fromScroll }: Hand, list: HTMLElement): number {
  const { top, bottom } = list.getBoundingClientRect()
  if (y < top + EDGE) list.scrollTop -= SCROLL
  if (y > bottom - EDGE) list.scrollTop += SCROLL
  return y - fromY + list.scrollTop - fromScroll
}
