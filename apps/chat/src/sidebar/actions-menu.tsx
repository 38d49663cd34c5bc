/** The actions on a named thing. It opens when first mounted: it is loaded because its button was pressed. */
import { type ReactNode, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { Menu, MenuItem } from '../design/menu.tsx'

interface ActionsMenuProps {
  readonly label: string
  /** Before Rename. */
  readonly first?: ReactNode
  /** After Rename. */
  readonly children?: ReactNode
  rename(): void
  /** The question whether to delete it; absent where it stays. */
  readonly sure?: (close: () => void) => ReactNode
}

export function ActionsMenu({ label, first, children, rename, sure }: ActionsMenuProps) {
  const [open, setOpen] = useState(true)
  const [asks, setAsks] = useState(false)
  return (
    <>
      <Menu open={open} onOpenChange={setOpen} trigger={<IconButton icon="more" label={label} className="row-more" />}>
        {first}
        <MenuItem icon="edit" onSelect={rename}>
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
