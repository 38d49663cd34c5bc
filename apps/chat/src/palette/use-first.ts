/**
 * Which item Enter selects: always one. It is the first until the person moves to another, and the first again if that
 * one disappears, whatever else changes.
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
  // After any change: the server's results arrive late, and cmdk selects none of them by itself.
  useLayoutEffect(() => {
    const lines = [...(list.current?.querySelectorAll('[role="option"]') ?? [])]
    if (lines.some((line) => line.getAttribute('data-value') === value)) return
    choose(lines[0]?.getAttribute('data-value') ?? '')
  })
  return { list, value, choose }
}
