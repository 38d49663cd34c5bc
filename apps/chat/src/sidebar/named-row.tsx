/**
 * One line of a list of named things: the way there, what can be done with it, and its name, written over in its place.
 *
 * Owns: whether it is being renamed, and that its menu is loaded when first wanted. Does not know: what is named.
 */
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import type { MenuOwn } from './menu-own.tsx'
import { RenameField } from './rename-field.tsx'

/** What the way there has to carry, whoever makes it. */
interface Way {
  readonly className: string
  readonly title: string
  readonly children: ReactNode
  onKeyDown(event: KeyboardEvent): void
}

interface NamedRowProps {
  readonly title: string
  /** What its field is called, and its menu. */
  readonly field: string
  readonly label: string
  /** Its state. */
  readonly mark: ReactNode
  readonly way: (own: Way) => ReactNode
  /** Loaded with being shown; it opens itself. */
  readonly menu: (own: MenuOwn) => ReactNode
  /** Never an empty name. The same one again is a name too: a person has said that it is to stay. */
  save(name: string): void
}

export function NamedRow({ title, field, label, mark, way, menu, save }: NamedRowProps) {
  const [renaming, setRenaming] = useState(false)
  const [wantsMenu, setWantsMenu] = useState(false)
  function rename(): void {
    setRenaming(true)
    // It goes away with the line, and opens whenever it comes: coming back is no reason.
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
        onKeyDown(event) {
          if (event.key === 'F2') rename()
        },
        children: (
          <>
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
