/** One quiet note when this browser keeps no conversations, at most once a tab. */
import type { Keep } from '@holdfast/client'
import type { CacheTrouble } from '@holdfast/client/cache'
import { say } from './toasts.ts'

const NOTED = 'cache-trouble'

const WHY: Record<CacheTrouble, string> = {
  unavailable: 'This browser doesn’t allow storage here, as in a private window.',
  full: 'This device is out of space for this site.',
  blocked: 'An older version of this page is open in another tab. Close it, then reload.',
  newer: 'A newer version of this page is open in another tab. Reload to use it here too.',
  silent: 'This browser’s storage doesn’t respond.',
}

export function noteCacheTrouble(trouble: CacheTrouble, keep: Keep): void {
  if (keep.read(NOTED) !== undefined) return
  keep.write(NOTED, trouble)
  const text = 'Threads aren’t kept on this device. They load from the server.'
  void say({ type: 'trouble', text, detail: WHY[trouble] })
}
