/** What a room's and a thread's address show: loaded together, beside the frame. */
export { Panes } from './panes.tsx'
export { RoomPage } from './room-page.tsx'
export { ThreadPage } from './thread-page.tsx'
