/** Which keys do what. */
import { Dialog } from '../design/dialog.tsx'
import { Keys } from '../design/keys.tsx'

const SHORTCUTS: readonly (readonly [chord: string, does: string])[] = [
  ['mod+k', 'Go to a thread or room, or do something'],
  ['mod+.', 'Show what runs, waits and has finished'],
  ['mod+/', 'Show this list; so does ? where nothing is written'],
  ['enter', 'Send; while a run goes on: put it in the queue'],
  ['mod+enter', 'Stop what goes on and send'],
  ['shift+enter', 'Break the line'],
  ['alt+↑', 'Move a waiting message to the front'],
  ['alt+↓', 'Move a waiting message back'],
  ['esc', 'Stop the run of the open thread; close what is open first'],
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
