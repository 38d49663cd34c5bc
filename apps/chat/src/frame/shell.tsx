/** The frame around every page: the side with rooms and threads, and beside it whatever the address names. */
import { Outlet, useParams, useRouterState } from '@tanstack/react-router'
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Sidebar } from '../sidebar/sidebar.tsx'
import { DrawerProvider, useNarrow } from './drawer.ts'
import { Icon } from './icon.tsx'

export function Shell() {
  const { roomId, threadId } = useParams({ strict: false })
  const place = useRouterState({ select: (state) => state.location.pathname })
  const [openAt, setOpenAt] = useState<string>()
  const close = useRef<HTMLButtonElement>(null)
  const main = useRef<HTMLElement>(null)
  const narrow = useNarrow()
  // A drawer belongs to the place where it was opened: going anywhere closes it.
  const open = narrow && openAt === place
  const show = useCallback(() => setOpenAt(place), [place])
  const hide = useCallback(() => setOpenAt(undefined), [])
  const drawer = useMemo(() => ({ open, show, hide }), [open, show, hide])

  useEffect(() => {
    if (!open) return
    const before = document.activeElement
    close.current?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [open])

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !open) return
    event.preventDefault()
    hide()
  }

  return (
    <DrawerProvider value={drawer}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Esc closes the drawer wherever the focus is in it */}
      <div className="shell" onKeyDown={onKeyDown}>
        <button type="button" className="button skip" onClick={() => main.current?.focus()}>
          Skip to the conversation
        </button>
        <button type="button" className="side-back" data-open={open} aria-label="Close" tabIndex={-1} onClick={hide} />
        <aside className="side" data-open={open} aria-label="Rooms and threads">
          <div className="side-head">
            <span className="brand">
              <img src="/favicon.svg" alt="" />
              Holdfast
            </span>
            <button
              ref={close}
              type="button"
              className="button button-icon only-narrow"
              data-look="quiet"
              aria-label="Close"
              onClick={hide}
            >
              <Icon name="close" />
            </button>
          </div>
          <Sidebar roomId={roomId} threadId={threadId} />
        </aside>
        <main ref={main} className="main" tabIndex={-1} inert={open}>
          <Outlet />
        </main>
      </div>
    </DrawerProvider>
  )
}
