/**
 * Which line of the list Enter would take: always one. The first, until the person goes to another; the first again when
 * that has gone, whatever came or went and whenever.
 *
 * Owns: the choice. Does not know: what is listed.
 */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

export interface First {
  readonly list: RefObject<HTMLDivElement | null>
  readonly value: string
  choose(value: string): void
}

export function useFirst(): First {
  const list = useRef<HTMLDivElement>(null)
  const [value, choose] = useState('')
  // After whatever has changed: what somebody else has found comes late, and cmdk chooses none of it by itself.
  useLayoutEffect(() => {
    const lines = [...(list.current?.querySelectorAll('[role="option"]') ?? [])]
    if (lines.some((line) => line.getAttribute('data-value') === value)) return
    choose(lines[0]?.getAttribute('data-value') ?? '')
  })
  return { list, value, choose }
}
