/**
 * The message box. Enter sends, Shift+Enter adds a line. While a run is live, Stop takes the place of Send, and Esc
 * stops too. Text written during a run is queued (Enter) or supersedes the run (Ctrl/⌘+Enter).
 *
 * Owns: the keys and buttons. Does not know: threads, runs, where the draft is stored.
 */
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useId,
  useLayoutEffect,
  useRef,
} from 'react'
import { IconButton } from '../design/button.tsx'
import { isComposing } from '../design/composing.ts'
import { giveFocusBack, moveFocus, takeFocus } from '../design/focus.ts'
import { Icon } from '../design/icon.tsx'

/** What the button does now. */
export type ComposerMode = 'send' | 'stop' | 'stopping'

interface ComposerProps {
  readonly mode: ComposerMode
  readonly draft: string
  /** What was asked last cannot arrive now: says when it will. */
  readonly unsent?: string | undefined
  /** Above the field: the queue, and what failed. */
  readonly notice?: ReactNode
  /** Under the field, at its end. */
  readonly children?: ReactNode
  /** What sending does while a question is open. Absent: the text is a message. */
  readonly meaning?: { readonly button: string; readonly hint: string; readonly placeholder: string } | undefined
  write(text: string): void
  send(text: string): void
  /** Queues behind the live run, or supersedes it. Absent where no run can be live. */
  readonly whileBusy?: { queue(text: string): void; replace(text: string): void }
  stop(): void
}

export function Composer({
  mode,
  draft,
  unsent,
  notice,
  children,
  meaning: given,
  write,
  send,
  whileBusy,
  stop,
}: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  const hint = useId()
  const empty = draft.trim() === ''
  const meaning = mode === 'send' ? given : undefined
  useStopOnEscape(mode === 'stop', field, stop)
  useLayoutEffect(() => {
    if (field.current) takeFocus(field.current)
  }, [])

  const choice = mode !== 'send' && !empty && whileBusy !== undefined

  function act(how: 'enter' | 'replace'): void {
    if (empty) return
    if (mode === 'send') send(draft)
    // Behind a run that is being stopped, the queue would be paused.
    else if (mode === 'stopping' || how === 'replace') whileBusy?.replace(draft)
    else whileBusy?.queue(draft)
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return
    event.preventDefault()
    act(event.ctrlKey || event.metaKey ? 'replace' : 'enter')
  }
  function click(how: 'enter' | 'replace'): void {
    act(how)
    field.current?.focus()
  }
  // The second click of a double click on Send lands on Stop. It must not stop the run.
  function onStop(event: MouseEvent): void {
    if (event.detail >= 2) return
    stop()
    // The button cannot be pressed while it stops, and would leave the keyboard with nothing.
    moveFocus(field.current) || giveFocusBack(null, event.currentTarget)
  }

  return (
    <section className="composer" aria-label="Write a message">
      {notice}
      <div className="composer-box" data-choice={choice || undefined}>
        <textarea
          ref={field}
          data-focus-home
          className="composer-text"
          aria-label="Message"
          placeholder={meaning?.placeholder ?? 'Ask anything'}
          aria-describedby={meaning && hint}
          rows={Math.min(8, draft.split('\n').length)}
          dir="auto"
          enterKeyHint="send"
          value={draft}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {choice ? (
          <div className="composer-acts">
            {mode === 'stop' && <IconButton icon="stop" label="Stop" look="stop" onClick={onStop} />}
            <button
              type="button"
              className="button"
              data-look={mode === 'stop' ? undefined : 'main'}
              onClick={() => click('replace')}
            >
              <Icon name="send" />
              {mode === 'stop' ? 'Stop and send' : 'Send next'}
            </button>
            {mode === 'stop' && (
              <button type="button" className="button" data-look="main" onClick={() => click('enter')}>
                <Icon name="queued" />
                Queue
              </button>
            )}
          </div>
        ) : (
          <button
            type="button"
            className="button composer-act"
            data-look={mode === 'send' ? 'main' : 'stop'}
            disabled={mode === 'stopping' || (mode === 'send' && empty)}
            onClick={mode === 'send' ? () => click('enter') : onStop}
          >
            <Icon name={mode === 'send' ? 'send' : 'stop'} />
            {meaning?.button ?? WORDS[unsent && mode === 'stopping' ? 'stop' : mode]}
          </button>
        )}
      </div>
      <div className="composer-foot">
        <span id={hint} className="composer-hint" data-meaning={meaning && ''}>
          {meaning?.hint ?? (choice ? CHOICES[mode] : (unsent ?? HINTS[mode]))}
        </span>
        {children}
      </div>
    </section>
  )
}

const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'

const WORDS: Record<ComposerMode, string> = { send: 'Send', stop: 'Stop', stopping: 'Stopping…' }

const HINTS: Record<ComposerMode, string> = {
  send: 'Enter to send · Shift+Enter for a new line',
  stop: 'Keeps running if you leave · Esc to stop',
  stopping: 'Stopping…',
}

/** What the keys do with text written during a run. */
const CHOICES: Record<ComposerMode, string> = {
  send: HINTS.send,
  stop: `Enter to queue · ${MOD}+Enter to stop and send · Esc to stop`,
  stopping: 'Enter to send once this has stopped',
}

/**
 * Not if something nearer has used the key, and not during text composition. Of two panes, Esc stops the one with the
 * focus, or the first if neither has it.
 */
function useStopOnEscape(active: boolean, field: RefObject<HTMLElement | null>, stop: () => void): void {
  const onKeyDown = useEffectEvent((event: globalThis.KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || isComposing(event)) return
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
