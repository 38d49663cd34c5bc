/**
 * What can be done with a named thing. It opens with being shown: it is loaded because somebody wanted it. Renaming takes
 * the focus with it; after everything else the focus is back on the button.
 */
import { type ReactNode, useRef, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { Menu, MenuItem } from '../design/menu.tsx'

interface ActionsMenuProps {
  readonly label: string
  /** Before Rename. */
  readonly first?: ReactNode
  /** Behind Rename. */
  readonly children?: ReactNode
  rename(): void
  /** The question whether to delete it; absent where it stays. */
  readonly sure?: (close: () => void) => ReactNode
}

export function ActionsMenu({ label, first, children, rename, sure }: ActionsMenuProps) {
  const [open, setOpen] = useState(true)
  const [asks, setAsks] = useState(false)
  const leads = useRef(false)
  return (
    <>
      <Menu
        open={open}
        onOpenChange={(next) => {
          leads.current = false
          setOpen(next)
        }}
        takeFocus={() => leads.current}
        trigger={<IconButton icon="more" label={label} className="row-more" />}
      >
        {first}
        <MenuItem
          icon="edit"
          onSelect={() => {
            leads.current = true
            rename()
          }}
        >
          Rename
        </MenuItem>
        {children}
        {sure && (
          <MenuItem icon="remove" look="danger" onSelect={() => setAsks(true)}>
            Delete…
          </MenuItem>
        )}
      </Menu>
      {asks && sure?.(() => setAsks(false))}
    </>
  )
}
