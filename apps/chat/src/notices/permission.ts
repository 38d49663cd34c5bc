/**
 * Whether this browser may show notifications of the operating system, and the one way to ask for it: a person's click.
 *
 * Owns: the state. Does not know: what a notification says, who shows it.
 */
import type { Observable } from '@holdfast/client'

/** `unsupported`: the browser has none, or shows none to this page. `default`: nobody has been asked yet. */
export type Permission = 'unsupported' | NotificationPermission

export interface Permissions extends Observable<Permission> {
  /** Only after a click: browsers refuse it otherwise, and people do too. */
  ask(): Promise<Permission>
}

/** Changed in the settings of the browser too, which not every browser reports: it is read again on return. */
export function browserPermissions(): Permissions {
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }
  let status: PermissionStatus | undefined
  async function watch(): Promise<void> {
    try {
      status ??= await navigator.permissions.query({ name: 'notifications' })
      status.onchange = tell
    } catch {
      // Nothing reports it here.
    }
  }
  const current = (): Permission =>
    'Notification' in window && isSecureContext ? Notification.permission : 'unsupported'
  return {
    snapshot: current,
    subscribe(listener) {
      listeners.add(listener)
      window.addEventListener('focus', listener)
      void watch()
      return () => {
        listeners.delete(listener)
        window.removeEventListener('focus', listener)
      }
    },
    async ask() {
      if (current() === 'unsupported') return 'unsupported'
      await Notification.requestPermission()
      tell()
      return current()
    },
  }
}
