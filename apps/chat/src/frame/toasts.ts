/** Short notes over the page. What shows them is loaded with the first one. */
import { useSyncExternalStore } from 'react'
import { layerPart } from './layer.tsx'
import type { Toast } from './toast.ts'
import { whyOf } from './why.ts'

export const toaster = layerPart(() => import('./toaster.tsx'))

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

/** Kept until the toaster is loaded. */
export function say(toast: Toast): void {
  wanted = true
  for (const listener of [...listeners]) listener()
  whenHere(({ show }) => show(toast))
}

type Toaster = NonNullable<ReturnType<typeof toaster.current>>['default']

function whenHere(act: (toaster: Toaster) => void): void {
  const module = toaster.current()?.default
  if (module) {
    act(module)
    return
  }
  const undo = toaster.subscribe(() => {
    const arrived = toaster.current()?.default
    if (!arrived) return
    undo()
    act(arrived)
  })
  void toaster.load()
}

/** For a `catch`: shows this text with the error. */
export function troubleAbout(text: string): (cause: unknown) => void {
  return (cause) => say({ type: 'trouble', text, detail: whyOf(cause) })
}

/** Removes the toast with this id. */
export function unsay(id: string): void {
  if (wanted) whenHere(({ hide }) => hide(id))
}
