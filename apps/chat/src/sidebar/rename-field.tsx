/** Renames in place: Enter saves, leaving saves a changed name, Esc discards. */
import { useState } from 'react'
import { isComposing } from '../design/composing.ts'

const LONGEST = 200

interface RenameFieldProps {
  /** What is renamed. */
  readonly label: string
  readonly name: string
  save(name: string): void
  leave(): void
}

/** The same function each time, so that it runs once and takes the focus once. */
function focus(field: HTMLInputElement | null): void {
  field?.select()
}

export function RenameField({ label, name, save, leave }: RenameFieldProps) {
  const [text, setText] = useState(name)
  return (
    <input
      className="field"
      aria-label={label}
      maxLength={LONGEST}
      dir="auto"
      ref={focus}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => (text.trim() === name ? leave() : save(text.trim()))}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !isComposing(event.nativeEvent)) save(text.trim())
        if (event.key !== 'Escape') return
        event.preventDefault()
        leave()
      }}
    />
  )
}
