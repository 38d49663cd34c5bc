/** An empty state: says why, and what to do next. */
import type { ReactNode } from 'react'
import { Knot } from '../design/knot.tsx'

interface BlankProps {
  readonly title: string
  readonly text: string
  /** The next steps. */
  readonly children?: ReactNode
}

export function Blank({ title, text, children }: BlankProps) {
  return (
    <div className="blank">
      <Knot className="mark-large" />
      <h2>{title}</h2>
      <p dir="auto">{text}</p>
      {children}
    </div>
  )
}
