/** Words, written over in their place: Enter keeps them, Shift+Enter breaks the line, Esc leaves them as they were. */
import type { KeyboardEvent, ReactNode } from 'react'
import { Button } from './button.tsx'
import { isComposing } from './composing.ts'

interface EditFieldProps {
  readonly label: string
  readonly text: string
  /** What keeping them is called. */
  readonly done?: ReactNode
  write(text: string): void
  save(): void
  leave(): void
}

/** The same function each time, so that it runs once and takes the focus once. */
function focusEnd(field: HTMLTextAreaElement | null): void {
  if (!field || document.activeElement === field) return
  field.focus()
  field.setSelectionRange(field.value.length, field.value.length)
}

export function EditField({ label, text, done = 'Save', write, save, leave }: EditFieldProps) {
  const empty = text.trim() === ''
  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event.nativeEvent)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      if (!empty) save()
    }
    if (event.key !== 'Escape') return
    // Nothing is stopped by it.
    event.preventDefault()
    leave()
  }
  return (
    <div className="edit">
      <textarea
        ref={focusEnd}
        className="field edit-text"
        aria-label={label}
        dir="auto"
        rows={Math.min(8, text.split('\n').length)}
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="edit-acts">
        <Button onClick={leave}>Cancel</Button>
        <Button look="main" disabled={empty} onClick={save}>
          {done}
        </Button>
      </div>
    </div>
  )
}
