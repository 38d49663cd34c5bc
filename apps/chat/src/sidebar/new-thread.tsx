/** The one main action of the page: begins a thread in the room that is open, or in the first one. */
import { Link } from '@tanstack/react-router'
import { focusField } from '../design/focus.ts'
import { Icon } from '../design/icon.tsx'
import { useDrawer } from '../frame/drawer.ts'

export function NewThread({ roomId = 'default' }: { readonly roomId: string | undefined }) {
  const drawer = useDrawer()
  return (
    <Link
      className="button new-thread"
      data-look="main"
      to="/rooms/$roomId"
      params={{ roomId }}
      onClick={() => {
        // The way may lead to where this is already.
        drawer.hide()
        focusField()
      }}
    >
      <Icon name="plus" />
      New thread
    </Link>
  )
}
