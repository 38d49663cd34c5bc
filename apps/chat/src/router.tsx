/** Which address shows what. The address names room and thread, so that reload and links are one with clicking. */
import { isId } from '@holdfast/core'
import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { useMemo } from 'react'
import { RoomPage } from './conversation/room-page.tsx'
import { ThreadPage } from './conversation/thread-page.tsx'
import { Broken, Nowhere } from './frame/dead-ends.tsx'
import { Shell } from './frame/shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: Nowhere })

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
    return isId(roomId) ? <RoomPage roomId={roomId} /> : <Nowhere />
  },
})

const thread = createRoute({
  getParentRoute: () => root,
  path: '/rooms/$roomId/threads/$threadId',
  component: function Thread() {
    const { roomId, threadId } = thread.useParams()
    const key = useMemo(() => ({ roomId, threadId }), [roomId, threadId])
    // A view of its own for each thread: nothing of the one before is left in scrolling or fields.
    return isId(roomId) && isId(threadId) ? <ThreadPage key={`${roomId}/${threadId}`} threadKey={key} /> : <Nowhere />
  },
})

export const router = createRouter({
  routeTree: root.addChildren([home, room, thread]),
  defaultErrorComponent: Broken,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
