/** The frame around every page: the sidebar with rooms and threads, and beside it what the address names. */
import { Outlet, useParams, useRouterState } from '@tanstack/react-router'
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { giveFocusBack, keepFocus } from '../design/focus.ts'
import { Icon } from '../design/icon.tsx'
import { Keys } from '../design/keys.tsx'
import { Knot } from '../design/knot.tsx'
import { Bell } from '../notices/bell.tsx'
import type { Part } from '../parts/part.ts'
import { loadWhenIdle } from '../parts/when-idle.ts'
import { NewThread } from '../sidebar/new-thread.tsx'
import { Sidebar } from '../sidebar/sidebar.tsx'
import { Tray } from '../tray/tray.tsx'
import { DrawerProvider, useNarrow } from './drawer.ts'
import { layer, layerPart, layers } from './layer.tsx'
import { NewVersion } from './new-version.tsx'
import { useNextUnreadKey } from './next-unread.ts'
import { useUnreadCount } from './page-title.ts'
import { toaster, useToasts } from './toasts.ts'
import { useFavicon } from './use-favicon.ts'
import { useLayer } from './use-layer.ts'

const Palette = layer(layerPart(() => import('../palette/palette.tsx')))
const Shortcuts = layer(layerPart(() => import('../palette/shortcuts.tsx')))
const NoticeCenter = layer(layerPart(() => import('../notices/notice-center.tsx')))
const Toaster = layer(toaster)

/** `parts`: what a person may go to next. */
export function Shell({ parts }: { readonly parts: readonly Part<unknown>[] }) {
  const { roomId, threadId } = useParams({ strict: false })
  const place = useRouterState({ select: (state) => state.location.pathname })
  const [openAt, setOpenAt] = useState<string>()
  const close = useRef<HTMLButtonElement>(null)
  const main = useRef<HTMLElement>(null)
  const narrow = useNarrow()
  const [layer, setLayer] = useLayer()
  const toasts = useToasts()
  const unread = useUnreadCount()
  useFavicon(unread > 0)
  useNextUnreadKey()
  // A drawer belongs to the place where it was opened: going anywhere closes it.
  const open = narrow && openAt === place
  const show = useCallback(() => setOpenAt(place), [place])
  const hide = useCallback(() => setOpenAt(undefined), [])
  const drawer = useMemo(() => ({ open, show, hide }), [open, show, hide])

  useEffect(keepFocus, [])
  useEffect(() => loadWhenIdle([...layers, ...parts]), [parts])
  useEffect(() => {
    if (!open) return
    const before = document.activeElement
    const button = close.current
    button?.focus()
    return () => giveFocusBack(before, button?.closest('aside'))
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
              <Knot />
              Holdfast
            </span>
            <Bell unread={unread} open={layer === 'notices'} show={() => setLayer('notices')} />
            <IconButton ref={close} icon="close" label="Close" className="only-narrow" onClick={hide} />
          </div>
          <NewThread roomId={roomId} />
          <button type="button" className="search-line" onClick={() => setLayer('palette')}>
            <Icon name="search" />
            <span className="flex-1">Search or jump to</span>
            <Keys chord="mod+k" />
          </button>
          <Sidebar roomId={roomId} threadId={threadId} />
        </aside>
        <main ref={main} className="main" tabIndex={-1} inert={open}>
          <Outlet />
        </main>
        <Tray open={layer === 'tray'} setOpen={(wanted) => setLayer(wanted ? 'tray' : 'none')} />
        {layer === 'palette' && (
          <Palette
            close={() => setLayer('none')}
            showTray={() => setLayer('tray')}
            showShortcuts={() => setLayer('shortcuts')}
            showNotices={() => setLayer('notices')}
          />
        )}
        {layer === 'shortcuts' && <Shortcuts close={() => setLayer('none')} />}
        {layer === 'notices' && <NoticeCenter close={() => setLayer('none')} />}
        {toasts && <Toaster />}
        <NewVersion />
      </div>
    </DrawerProvider>
  )
}
