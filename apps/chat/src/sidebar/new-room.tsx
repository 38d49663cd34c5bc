/** The rooms' heading with its button, and the field for a new room's name. */

import { useRegistry } from '@holdfast/react'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { type FormEvent, useRef, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { focusField } from '../design/focus.ts'
import { whyOf } from '../frame/why.ts'

type Stage =
  | { readonly type: 'closed' }
  | { readonly type: 'naming'; readonly error?: string }
  | { readonly type: 'creating' }

/** The same function each time, so that it runs once and takes the focus once. */
function focus(field: HTMLInputElement | null): void {
  field?.focus()
}

export function NewRoom() {
  const registry = useRegistry()
  const router = useRouter()
  const navigate = useNavigate()
  const [stage, setStage] = useState<Stage>({ type: 'closed' })
  const [name, setName] = useState('')
  const opener = useRef<HTMLButtonElement>(null)
  function leave(): void {
    setStage({ type: 'closed' })
    opener.current?.focus()
  }

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault()
    const title = name.trim()
    if (title === '' || stage.type !== 'naming') return
    const here = router.state.location.href
    setStage({ type: 'creating' })
    try {
      const { roomId } = await registry.createRoom({ title })
      setStage({ type: 'closed' })
      setName('')
      // A person who has navigated meanwhile stays there.
      if (router.state.location.href !== here) return
      await navigate({ to: '/rooms/$roomId', params: { roomId } })
      focusField()
    } catch (cause) {
      setStage({ type: 'naming', error: whyOf(cause) })
    }
  }

  return (
    <>
      <div className="side-title">
        <h2>Rooms</h2>
        <IconButton
          ref={opener}
          icon="plus"
          label="New room"
          aria-expanded={stage.type !== 'closed'}
          onClick={() => setStage({ type: stage.type === 'closed' ? 'naming' : 'closed' })}
        />
      </div>
      {stage.type !== 'closed' && (
        <form className="new-room" onSubmit={create}>
          <input
            className="field"
            aria-label="Room name"
            placeholder="Name"
            maxLength={200}
            ref={focus}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              event.preventDefault()
              leave()
            }}
          />
          {stage.type === 'naming' && stage.error && (
            <p className="new-room-error" role="alert">
              {stage.error}
            </p>
          )}
          <div className="new-room-actions">
            <button
              type="submit"
              className="button"
              data-look="main"
              disabled={name.trim() === '' || stage.type === 'creating'}
            >
              Create
            </button>
            <button type="button" className="button" onClick={leave}>
              Cancel
            </button>
          </div>
        </form>
      )}
    </>
  )
}
