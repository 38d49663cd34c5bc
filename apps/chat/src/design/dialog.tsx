/** A dialog over the page: keeps the focus, Esc closes it, and the focus goes back to where it was (focus.ts). */
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { returnFocus, useFocusOrigin } from './focus.ts'

interface DialogProps {
  readonly title: string
  /** Whether the title is only for screen readers. */
  readonly quiet?: boolean
  /** A selector of what takes the focus first; the first control, if absent. */
  readonly first?: string
  readonly children: ReactNode
  close(): void
}

export function Dialog({ title, quiet = false, first, children, close }: DialogProps) {
  const content = useFocusOrigin()
  return (
    <Radix.Root open onOpenChange={(open) => !open && close()}>
      <Radix.Portal>
        <Radix.Overlay className="shade" />
        <Radix.Content
          ref={content}
          className="floating dialog"
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            const wanted = first !== undefined && document.querySelector<HTMLElement>(`.dialog ${first}`)
            if (!wanted) return
            event.preventDefault()
            wanted.focus()
          }}
          onCloseAutoFocus={returnFocus}
        >
          <Radix.Title className={quiet ? 'said' : 'dialog-title px-4 pt-4'}>{title}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
