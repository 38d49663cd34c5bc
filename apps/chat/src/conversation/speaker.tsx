/**
 * Announces finished sentences of the current answer to screen readers: politely, each once, without tokens, and
 * nothing from before the thread was opened.
 */
import { useEffect, useRef, useState } from 'react'
import type { Row } from './rows.ts'
import { aloud, spokenUpTo } from './sentences.ts'

/** How many stay in the live region; older ones have been announced. */
const KEPT = 3

export function Speaker({ rows }: { readonly rows: readonly Row[] }) {
  const said = useRef<Map<string, number>>(undefined)
  const [lines, setLines] = useState<readonly { readonly id: string; readonly text: string }[]>([])
  useEffect(() => {
    const texts = rows.filter((row) => row.type === 'text')
    if (!said.current) {
      said.current = new Map(texts.map(({ id, text }) => [id, text.length]))
      return
    }
    const known = said.current
    const news = texts.flatMap(({ id, text, writing }) => {
      const from = known.get(id) ?? 0
      const to = spokenUpTo(text, !writing)
      if (to <= from) return []
      known.set(id, to)
      const line = aloud(text.slice(from, to))
      return line === '' ? [] : [{ id: `${id}:${to}`, text: line }]
    })
    if (news.length > 0) setLines((before) => [...before, ...news].slice(-KEPT))
  }, [rows])
  return (
    <div className="said" aria-live="polite" data-testid="speaker">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}
