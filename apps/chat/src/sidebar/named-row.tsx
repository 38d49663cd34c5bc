/**
 * One line of a list of named things: the way there, what can be done with it, and its name, written over in its place.
 *
 * Owns: whether it is being renamed, and that its menu is loaded when first wanted. Does not know: what is named.
 */
import { type KeyboardEvent, type ReactNode, type RefObject, Suspense, useRef, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { RenameField } from './rename-field.tsx'

/** What the way there has to carry, whoever makes it. */
interface Way {
  readonly ref: RefObject<HTMLAnchorElement | null>
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
  readonly menu: (own: { readonly label: string; rename(): void }) => ReactNode
  /** Only what is another name than before. */
  save(name: string): void
}

export function NamedRow({ title, field, label, mark, way, menu, save }: NamedRowProps) {
  const link = useRef<HTMLAnchorElement>(null)
  const [renaming, setRenaming] = useState(false)
  const [wantsMenu, setWantsMenu] = useState(false)
  if (renaming) {
    return (
      <li>
        <RenameField
          label={field}
          name={title}
          save={(name) => {
            setRenaming(false)
            if (name !== '' && name !== title) save(name)
          }}
          leave={() => {
            setRenaming(false)
            requestAnimationFrame(() => link.current?.focus())
          }}
        />
      </li>
    )
  }
  const more = { icon: 'more', label, className: 'row-more' } as const
  return (
    <li className="row">
      {way({
        ref: link,
        className: 'link',
        title,
        onKeyDown(event) {
          if (event.key === 'F2') setRenaming(true)
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
      <Suspense fallback={<IconButton {...more} />}>
        {wantsMenu ? (
          menu({ label, rename: () => setRenaming(true) })
        ) : (
          <IconButton {...more} onClick={() => setWantsMenu(true)} />
        )}
      </Suspense>
    </li>
  )
}
