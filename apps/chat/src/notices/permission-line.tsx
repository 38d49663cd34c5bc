/** Whether notifications are on in this browser, and what to do where they are not. */
import { Button } from '../design/button.tsx'
import { Icon, type IconName } from '../design/icon.tsx'
import type { Permission } from './permission.ts'

interface PermissionLineProps {
  readonly permission: Permission
  turnOn(): void
}

const LINES: Readonly<Record<Permission, { readonly icon: IconName; readonly title: string; readonly text: string }>> =
  {
    default: {
      icon: 'bell',
      title: 'Know when a run is done',
      text: 'Get a notification when a run finishes, fails or needs you while this window is in the background.',
    },
    granted: {
      icon: 'done',
      title: 'Notifications are on in this browser',
      text: 'To turn them off, use the site settings beside the address.',
    },
    denied: {
      icon: 'muted',
      title: 'Notifications are blocked in this browser',
      text: 'To change that, open the site settings beside the address, allow notifications, and reload this page.',
    },
    unsupported: {
      icon: 'muted',
      title: 'This browser can’t show notifications here',
      text: 'Notes inside this page still appear. On an iPhone or iPad, add this page to the home screen first.',
    },
  }

export function PermissionLine({ permission, turnOn }: PermissionLineProps) {
  const { icon, title, text } = LINES[permission]
  return (
    <div className="permission" data-state={permission}>
      <Icon name={icon} />
      <div className="min-w-0 flex-1">
        <p className="permission-title">{title}</p>
        <p>{text}</p>
      </div>
      {permission === 'default' && (
        <Button look="main" onClick={turnOn}>
          Turn on notifications
        </Button>
      )}
    </div>
  )
}
