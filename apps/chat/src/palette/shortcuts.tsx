/** Which keys do what. */
import { Dialog } from '../design/dialog.tsx'
import { Keys } from '../design/keys.tsx'

const SHORTCUTS: readonly (readonly [chord: string, does: string])[] = [
  ['mod+k', 'Search threads, rooms and actions'],
  ['mod+.', 'Show running, queued and finished runs'],
  ['alt+shift+↓', 'Go to the next unread thread'],
  ['mod+/', 'Show this list (? works too, outside text fields)'],
  ['enter', 'Send, or queue during a run'],
  ['mod+enter', 'Stop the run and send'],
  ['shift+enter', 'New line'],
  ['alt+↑', 'Move a queued message up'],
  ['alt+↓', 'Move a queued message down'],
  ['esc', 'Close a dialog or menu; then stop this thread’s run'],
]

export default function Shortcuts({ close }: { close(): void }) {
  return (
    <Dialog title="Keyboard shortcuts" close={close}>
      <dl className="shortcuts">
        {SHORTCUTS.map(([chord, does]) => (
          <div key={chord} className="shortcut">
            <dt>
              <Keys chord={chord} />
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
