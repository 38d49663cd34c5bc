/** Short notes over the page. What shows them is loaded with the first one. */
import { useSyncExternalStore } from 'react'
import type { Toast } from './toast.ts'
import { whyOf } from './why.ts'

let wanted = false
const listeners = new Set<() => void>()

/** Whether there is anything to show them with yet. */
export function useToasts(): boolean {
  return useSyncExternalStore(subscribe, () => wanted)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export async function say(toast: Toast): Promise<void> {
  const { show } = await import('./toaster.tsx')
  wanted = true
  for (const listener of [...listeners]) listener()
  show(toast)
}

/** For a `catch`: says this, with what went wrong. */
export function troubleAbout(text: string): (cause: unknown) => void {
  return (cause) => void say({ type: 'trouble', text, detail: whyOf(cause) })
}

/** Takes away what was said with this id. */
export async function unsay(id: string): Promise<void> {
  const { hide } = await import('./toaster.tsx')
  hide(id)
}
