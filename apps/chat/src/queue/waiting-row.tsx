/** One message that waits. Alt+↑ and Alt+↓ move it, wherever in it the focus is; the focus goes with it. Its grip is dragged. */
import type { WaitingMessage } from '@holdfast/client'
import { type ComponentProps, type KeyboardEvent, useEffect, useRef } from 'react'
import { IconButton } from '../design/button.tsx'
import type { Grip } from './use-drag.ts'

interface WaitingRowProps {
  readonly item: WaitingMessage
  /** Why it is not being sent now, while the server cannot be reached. */
  readonly unsent: string | undefined
  /** From 1. */
  readonly place: number
  readonly of: number
  readonly grip: Grip
  /** While something is carried. */
  readonly line: Pick<ComponentProps<'li'>, 'style'>
  edit(): void
  move(by: -1 | 1): void
  sendNow(): void
  remove(): void
}

const STAGES: Record<WaitingMessage['stage'], string> = {
  sending: 'Sending…',
  queued: '',
  going: 'Sending next…',
  leaving: 'Removing…',
}

export function WaitingRow({ item, unsent, place, of, grip, line, edit, move, sendNow, remove }: WaitingRowProps) {
  const { text, stage } = item
  const moved = useRef<HTMLElement>(undefined)
  const still = stage === 'queued' || stage === 'sending'
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text

  // A row that is moved in the document loses the focus that was in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is what it is about
  useEffect(() => {
    moved.current?.focus()
    moved.current = undefined
  }, [place])

  function moveBy(by: -1 | 1): void {
    if (document.activeElement instanceof HTMLElement) moved.current = document.activeElement
    move(by)
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    moveBy(event.key === 'ArrowUp' ? -1 : 1)
  }

  return (
    <li className="queue-row" data-stage={stage} onKeyDown={onKeyDown} {...line}>
      {still && of > 1 && (
        // In addition to the buttons and keys, which do the same.
        <span className="queue-grip" aria-hidden="true" title="Drag to move" {...grip}>
          <svg viewBox="0 0 8 16" width="8" height="16" fill="currentColor" aria-hidden="true">
            <path d="M1 2h2v2H1zm4 0h2v2H5zM1 7h2v2H1zm4 0h2v2H5zM1 12h2v2H1zm4 0h2v2H5z" />
          </svg>
        </span>
      )}
      <button type="button" className="queue-text" disabled={!still} onClick={edit} title={text}>
        <span className="said">Edit: </span>
        <span dir="auto">{text}</span>
      </button>
      {stage !== 'queued' && <span className="queue-stage">{(stage === 'sending' && unsent) || STAGES[stage]}</span>}
      {still && (
        <>
          {of > 1 && (
            <>
              <IconButton
                icon="up"
                label={`Move up: ${short}`}
                aria-disabled={place === 1}
                onClick={() => moveBy(-1)}
              />
              <IconButton
                icon="down"
                label={`Move down: ${short}`}
                aria-disabled={place === of}
                onClick={() => moveBy(1)}
              />
            </>
          )}
          <IconButton icon="onward" label={`Send now: ${short}`} onClick={sendNow} />
          <IconButton icon="remove" label={`Remove: ${short}`} onClick={remove} />
        </>
      )}
    </li>
  )
}
