/**
 * On a narrow page the sidebar is a drawer. Owns: whether it is open, and where the focus goes. On a wide page the
 * sidebar is always visible and this has no effect.
 */
import { createContext, useContext, useSyncExternalStore } from 'react'

export interface Drawer {
  readonly open: boolean
  show(): void
  hide(): void
}

const DrawerContext = createContext<Drawer>({ open: false, show: () => {}, hide: () => {} })

export const DrawerProvider = DrawerContext.Provider

export function useDrawer(): Drawer {
  return useContext(DrawerContext)
}

/** The same width as in app.css. */
const NARROW = '(width < 48rem)'

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(NARROW)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(NARROW).matches)
}
