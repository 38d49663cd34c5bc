/** The pages of a room and of a thread, loaded together, in parallel with the frame. */
export { Panes } from './panes.tsx'
export { RoomPage } from './room-page.tsx'
export { ThreadPage } from './thread-page.tsx'
