/** Sonner in the page's own design. It announces politely, waits while hovered, and takes no focus. */
import { Toaster as Sonner, toast } from 'sonner'
import { Button } from '../design/button.tsx'
import { Icon, type IconName } from '../design/icon.tsx'
import type { Toast } from './toast.ts'

/** Long enough to reach for the button, also by keyboard (Alt+T goes there). */
const SHOWN_MS = 8_000

function Toaster() {
  return (
    <div className="toasts">
      <Sonner
        position="bottom-right"
        visibleToasts={3}
        gap={8}
        // Above the field in which one writes.
        offset={{ bottom: '7rem', right: 16 }}
        mobileOffset={{ bottom: '9rem', left: 8, right: 8 }}
        toastOptions={{ unstyled: true }}
      />
    </div>
  )
}

function show(note: Toast): void {
  toast.custom((toastId) => <Note note={note} close={() => toast.dismiss(toastId)} />, {
    ...('id' in note
      ? { id: note.id, onDismiss: note.gone, onAutoClose: note.gone }
      : { id: note.type === 'offer' ? note.type : note.text }),
    duration: note.type === 'offer' ? Number.POSITIVE_INFINITY : SHOWN_MS,
  })
}

function hide(id: string): void {
  toast.dismiss(id)
}

const MARKS: Record<Toast['type'], { readonly status: string; readonly icon: IconName }> = {
  finished: { status: 'working', icon: 'done' },
  failed: { status: 'failed', icon: 'alert' },
  needs_you: { status: 'needs_you', icon: 'question' },
  stopped: { status: 'idle', icon: 'stop' },
  offer: { status: 'idle', icon: 'question' },
  trouble: { status: 'failed', icon: 'alert' },
}

function Note({ note, close }: { readonly note: Toast; close(): void }) {
  return (
    <div className="floating toast" data-testid={note.type === 'offer' ? 'offer' : 'toast'}>
      <span className="mark" data-status={MARKS[note.type].status}>
        <Icon name={MARKS[note.type].icon} />
      </span>
      <p className="min-w-0 flex-1" dir="auto">
        {note.type === 'offer'
          ? 'Get a notification when a run ends while this window is in the background?'
          : note.text}
        {note.type === 'trouble' && <span className="block text-text-quiet">{note.detail}</span>}
      </p>
      <Buttons note={note} close={close} />
    </div>
  )
}

function Buttons({ note, close }: { readonly note: Toast; close(): void }) {
  const then = (act: () => void) => () => {
    act()
    close()
  }
  switch (note.type) {
    case 'trouble':
      return (
        <Button look="quiet" onClick={close}>
          Dismiss
        </Button>
      )
    case 'offer':
      return (
        <>
          <Button onClick={then(note.turnOn)}>Turn on</Button>
          <Button look="quiet" onClick={close}>
            Not now
          </Button>
        </>
      )
    default:
      return <Button onClick={then(note.view)}>View</Button>
  }
}

export default Object.assign(Toaster, { show, hide })
