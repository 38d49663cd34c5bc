/**
 * One row of a list of named things: its link, its menu, and its name, which is renamed in place.
 *
 * Owns: whether it is being renamed, and that its menu is loaded when first needed. Does not know: what is named.
 */
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import type { MenuOwn } from './menu-own.tsx'
import { RenameField } from './rename-field.tsx'

/** The props that the link must have, in every list. */
interface Way {
  readonly className: string
  readonly title: string
  readonly 'data-unread': true | undefined
  readonly children: ReactNode
  onKeyDown(event: KeyboardEvent): void
}

interface NamedRowProps {
  readonly title: string
  /** What its field is called, and its menu. */
  readonly field: string
  readonly label: string
  /** Before the title. */
  readonly lead?: ReactNode
  /** Its state, after the title. */
  readonly mark: ReactNode
  readonly unread: boolean
  readonly way: (own: Way) => ReactNode
  /** Loaded with being shown; it opens itself. */
  readonly menu: (own: MenuOwn) => ReactNode
  /** Never an empty name. An unchanged name counts as chosen by the person. */
  save(name: string): void
}

export function NamedRow({ title, field, label, lead, mark, unread, way, menu, save }: NamedRowProps) {
  const [renaming, setRenaming] = useState(false)
  const [wantsMenu, setWantsMenu] = useState(false)
  function rename(): void {
    setRenaming(true)
    // Unmounted with the row, and opens when it is loaded; a remount must not open it again.
    setWantsMenu(false)
  }
  if (renaming) {
    return (
      <li>
        <RenameField
          label={field}
          name={title}
          save={(name) => {
            setRenaming(false)
            if (name !== '') save(name)
          }}
          leave={() => setRenaming(false)}
        />
      </li>
    )
  }
  return (
    <li className="row">
      {way({
        className: 'link',
        title,
        'data-unread': unread || undefined,
        onKeyDown(event) {
          if (event.key === 'F2') rename()
        },
        children: (
          <>
            {lead}
            <span className="link-title" dir="auto">
              {title}
            </span>
            {mark}
          </>
        ),
      })}
      {wantsMenu ? (
        menu({ label, rename, close: () => setWantsMenu(false) })
      ) : (
        <IconButton icon="more" label={label} className="row-more" onClick={() => setWantsMenu(true)} />
      )}
    </li>
  )
}
