/** In the menu of a thread or a room: for how long it is muted, or the end of its mute. */
import { MenuChoice, MenuItem, SubMenu } from '../design/menu.tsx'
import { MUTES } from './mute.ts'

interface MuteMenuProps {
  /** "Mute" or "Mute room". */
  readonly label: string
  readonly muted: boolean
  /** ISO 8601 UTC; null ends the mute. */
  mute(until: string | null): void
}

export function MuteMenu({ label, muted, mute }: MuteMenuProps) {
  if (muted) {
    return (
      <MenuItem icon="bell" onSelect={() => mute(null)}>
        Turn notifications on
      </MenuItem>
    )
  }
  return (
    <SubMenu icon="muted" label={label}>
      {MUTES.map(({ label, until }) => (
        <MenuChoice key={label} onSelect={() => mute(new Date(until(Date.now())).toISOString())}>
          {label}
        </MenuChoice>
      ))}
    </SubMenu>
  )
}
