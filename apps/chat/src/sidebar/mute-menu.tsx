/** In the menu of a thread or a room: for how long it is muted, or the end of its mute. */
import { MenuItem } from '../design/menu.tsx'
import { MUTES } from './mute.ts'

interface MuteMenuProps {
  readonly muted: boolean
  /** ISO 8601 UTC; null ends the mute. */
  mute(until: string | null): void
}

export function MuteMenu({ muted, mute }: MuteMenuProps) {
  if (muted) {
    return (
      <MenuItem icon="bell" onSelect={() => mute(null)}>
        Turn notifications on
      </MenuItem>
    )
  }
  return MUTES.map(({ label, until }) => (
    <MenuItem key={label} icon="muted" onSelect={() => mute(new Date(until(Date.now())).toISOString())}>
      {label}
    </MenuItem>
  ))
}
