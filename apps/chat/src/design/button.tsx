/** The button, in four looks, and the icon button, whose name is read aloud and shown on hover. */
import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps extends ComponentProps<'button'> {
  /** `main` once per view, `stop` ends something, `quiet` has no border. */
  readonly look?: 'main' | 'stop' | 'quiet'
}

export function Button({ look, className = '', ...rest }: ButtonProps) {
  return <button type="button" className={`button ${className}`} data-look={look} {...rest} />
}

interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  readonly icon: IconName
  readonly label: string
}

export function IconButton({ icon, label, look = 'quiet', className = '', ...rest }: IconButtonProps) {
  return (
    <Button look={look} className={`button-icon ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </Button>
  )
}
