/** A person's message. An edit is sent as a new version beside the original, which is kept. */
import { type ReactNode, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { EditField } from '../design/edit-field.tsx'

interface OwnMessageProps {
  readonly text: string
  readonly children: ReactNode
  /** Absent where it cannot be changed. */
  readonly ask?: (text: string) => void
}

export function OwnMessage({ text, children, ask }: OwnMessageProps) {
  const [draft, setDraft] = useState<string>()
  if (draft !== undefined && ask) {
    return (
      <EditField
        label="Edit your message"
        text={draft}
        done="Save and resend"
        write={setDraft}
        save={() => {
          ask(draft.trim())
          setDraft(undefined)
        }}
        leave={() => setDraft(undefined)}
      />
    )
  }
  return (
    <div className="own">
      {ask && <IconButton icon="edit" label="Edit your message" onClick={() => setDraft(text)} />}
      {children}
    </div>
  )
}
