/** Which address shows what. The address names room and thread, so that reload and links are one with clicking. */
import { isId } from '@holdfast/core'
import {
  createHashHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { useMemo } from 'react'
import { readBeside } from './conversation/beside.ts'
import { Broken, Missing } from './frame/broken.tsx'
import type { Parts } from './furnish.ts'
import { createPart } from './parts/part.ts'
import { shown } from './parts/shown.tsx'

const frame = createPart(() => import('./frame/frame.ts'))
const pages = createPart(() => import('./conversation/pages.ts'))
// Requested at once and together, so that the components load while the registry already requests their data.
void frame.load()
if (/^(#?)\/rooms\//.test(window.location.hash || window.location.pathname)) void pages.load()

const missing = { failed: Missing }
const Frame = shown(frame, (module) => module.Frame, missing)
const Nowhere = shown(frame, (module) => module.Nowhere, missing)
const Panes = shown(pages, (module) => module.Panes, missing)
const RoomPage = shown(pages, (module) => module.RoomPage, missing)
const ThreadPage = shown(pages, (module) => module.ThreadPage, missing)
const timelinePage = createPart(() => import('./timeline/timeline-page.tsx'))
const TimelinePage = shown(timelinePage, (module) => module.default, missing)
const DesignPage = shown(
  createPart(() => import('./design/design-page.tsx')),
  (module) => module.default,
  missing,
)

/** What a person may go to next, for whenever there is time. */
export const pageParts = [pages, timelinePage]

const root = createRootRouteWithContext<{ readonly parts: Parts }>()({
  component: function Root() {
    return <Frame parts={root.useRouteContext().parts} />
  },
  notFoundComponent: () => <Nowhere />,
  validateSearch: readBeside,
  // Navigation applies to the first pane; the second stays until it is closed.
  search: { middlewares: [retainSearchParams(['beside'])] },
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/rooms/$roomId', params: { roomId: 'default' }, replace: true })
  },
})

const room = createRoute({
  getParentRoute: () => root,
  path: '/rooms/$roomId',
  component: function Room() {
    const { roomId } = room.useParams()
    if (!isId(roomId)) return <Nowhere />
    return (
      <Panes>
        <RoomPage roomId={roomId} />
      </Panes>
    )
  },
})

const thread = createRoute({
  getParentRoute: () => root,
  path: '/rooms/$roomId/threads/$threadId',
  component: function Thread() {
    const { roomId, threadId } = thread.useParams()
    const key = useMemo(() => ({ roomId, threadId }), [roomId, threadId])
    // A separate view for each thread: no scroll position or field is carried over.
    if (!isId(roomId) || !isId(threadId)) return <Nowhere />
    return (
      <Panes>
        <ThreadPage key={`${roomId}/${threadId}`} threadKey={key} pane="first" />
      </Panes>
    )
  },
})

const design = createRoute({
  getParentRoute: () => root,
  path: '/design',
  component: function Design() {
    return <DesignPage />
  },
})

const timeline = createRoute({
  getParentRoute: () => root,
  path: '/timeline',
  component: function Timeline() {
    return <TimelinePage />
  },
})

export const router = createRouter({
  // A file server knows no addresses but its files.
  ...(import.meta.env.MODE === 'static' && { history: createHashHistory() }),
  routeTree: root.addChildren([home, room, thread, design, timeline]),
  defaultErrorComponent: Broken,
  // Given by the composition root when it renders.
  context: { parts: undefined as unknown as Parts },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
