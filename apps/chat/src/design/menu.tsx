/** A menu of a few actions on one thing, with the button that opens it. */
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { rememberButton, returnFocus } from './focus.ts'
import { Icon, type IconName } from './icon.tsx'

interface MenuProps {
  /** The button. */
  readonly trigger: ReactNode
  readonly children: ReactNode
  readonly open?: boolean
  onOpenChange?(open: boolean): void
}

export function Menu({ trigger, children, open, onOpenChange }: MenuProps) {
  return (
    <DropdownMenu.Root
      modal={false}
      {...(open !== undefined && { open })}
      {...(onOpenChange !== undefined && { onOpenChange })}
    >
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          ref={rememberButton}
          onCloseAutoFocus={returnFocus}
          className="floating menu"
          align="end"
          sideOffset={4}
          collisionPadding={8}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface MenuItemProps {
  readonly icon: IconName
  readonly children: ReactNode
  readonly look?: 'danger'
  onSelect(): void
}

export function MenuItem({ icon, children, look, onSelect }: MenuItemProps) {
  return (
    <DropdownMenu.Item className="menu-item" data-look={look} onSelect={onSelect}>
      <Icon name={icon} />
      {children}
    </DropdownMenu.Item>
  )
}
