/** Which address shows what. The address names room and thread, so that reload and links are one with clicking. */
import { isId } from '@holdfast/core'
import { createRootRoute, createRoute, createRouter, redirect, retainSearchParams } from '@tanstack/react-router'
import { lazy, Suspense, useMemo } from 'react'
import { readBeside } from './conversation/beside.ts'
import { Broken } from './frame/broken.tsx'

// Asked for at once, all together: what is shown comes while the registry is already asking for what to show.
const frame = import('./frame/frame.ts')
const pages = () => import('./conversation/pages.ts')
if (window.location.pathname.startsWith('/rooms/')) void pages()
const Shell = lazy(async () => ({ default: (await frame).Shell }))
const Nowhere = lazy(async () => ({ default: (await frame).Nowhere }))
const RoomPage = lazy(async () => ({ default: (await pages()).RoomPage }))
const ThreadPage = lazy(async () => ({ default: (await pages()).ThreadPage }))
const Panes = lazy(async () => ({ default: (await pages()).Panes }))
const TimelinePage = lazy(() => import('./timeline/timeline-page.tsx'))
const DesignPage = lazy(() => import('./design/design-page.tsx'))

const root = createRootRoute({
  component: () => (
    <Suspense>
      <Shell />
    </Suspense>
  ),
  notFoundComponent: Nowhere,
  validateSearch: readBeside,
  // Going somewhere is for the first pane; what is beside stays until it is closed.
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
      <Suspense>
        <Panes>
          <RoomPage roomId={roomId} />
        </Panes>
      </Suspense>
    )
  },
})

const thread = createRoute({
  getParentRoute: () => root,
  path: '/rooms/$roomId/threads/$threadId',
  component: function Thread() {
    const { roomId, threadId } = thread.useParams()
    const key = useMemo(() => ({ roomId, threadId }), [roomId, threadId])
    // A view of its own for each thread: nothing of the one before is left in scrolling or fields.
    if (!isId(roomId) || !isId(threadId)) return <Nowhere />
    return (
      <Suspense>
        <Panes>
          <ThreadPage key={`${roomId}/${threadId}`} threadKey={key} pane="first" />
        </Panes>
      </Suspense>
    )
  },
})

const design = createRoute({
  getParentRoute: () => root,
  path: '/design',
  component: function Design() {
    return (
      <Suspense>
        <DesignPage />
      </Suspense>
    )
  },
})

const timeline = createRoute({
  getParentRoute: () => root,
  path: '/timeline',
  component: function Timeline() {
    return (
      <Suspense>
        <TimelinePage />
      </Suspense>
    )
  },
})

export const router = createRouter({
  routeTree: root.addChildren([home, room, thread, design, timeline]),
  defaultErrorComponent: Broken,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
