/**
 * Where a person writes. Enter sends, Shift+Enter breaks; while something runs, Stop stands in Send's place and Esc
 * does the same.
 *
 * Owns: keys, the one button. Does not know: threads, runs, where the draft is kept.
 */
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useRef,
} from 'react'
import { Icon } from '../design/icon.tsx'

/** What the button does now. */
export type ComposerMode = 'send' | 'stop' | 'stopping'

interface ComposerProps {
  readonly mode: ComposerMode
  readonly draft: string
  /** Above the field: what did not work out. */
  readonly notice?: ReactNode
  /** Under the field, at its end. */
  readonly children?: ReactNode
  write(text: string): void
  send(text: string): void
  stop(): void
}

export function Composer({ mode, draft, notice, children, write, send, stop }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  const empty = draft.trim() === ''
  useStopOnEscape(mode === 'stop', field, stop)

  function trySend(): void {
    if (mode === 'send' && !empty) send(draft)
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    trySend()
  }
  function onClick(event: MouseEvent): void {
    if (mode === 'send') {
      trySend()
      field.current?.focus()
      // The second click of a double click on Send lands on Stop, which nobody meant.
    } else if (event.detail < 2) stop()
  }

  return (
    <section className="composer" aria-label="Write a message">
      {notice}
      <div className="composer-box">
        <textarea
          ref={field}
          className="composer-text"
          aria-label="Message"
          placeholder="Ask something"
          rows={Math.min(8, draft.split('\n').length)}
          dir="auto"
          enterKeyHint="send"
          value={draft}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          className="button composer-act"
          data-look={mode === 'send' ? 'main' : 'stop'}
          disabled={mode === 'stopping' || (mode === 'send' && empty)}
          onClick={onClick}
        >
          <Icon name={mode === 'send' ? 'send' : 'stop'} />
          {WORDS[mode]}
        </button>
      </div>
      <div className="composer-foot">
        <span className="composer-hint">{HINTS[mode]}</span>
        {children}
      </div>
    </section>
  )
}

const WORDS: Record<ComposerMode, string> = { send: 'Send', stop: 'Stop', stopping: 'Stopping…' }

const HINTS: Record<ComposerMode, string> = {
  send: 'Enter sends, Shift+Enter breaks the line',
  stop: 'Working, also when you leave. Esc stops it',
  stopping: 'Stopping…',
}

/**
 * Not when something nearer has used the key, and not while a word is being composed. Of two panes it stops the one
 * that has the focus; the first, if none has.
 */
function useStopOnEscape(active: boolean, field: RefObject<HTMLElement | null>, stop: () => void): void {
  const onKeyDown = useEffectEvent((event: globalThis.KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return
    const own = paneOf(field.current)
    const focused = paneOf(event.target)
    if (focused ? focused === own : own?.dataset.pane !== 'second') stop()
  })
  useEffect(() => {
    if (!active) return
    const listen = (event: globalThis.KeyboardEvent) => onKeyDown(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [active])
}

function paneOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-pane]') : null
}
