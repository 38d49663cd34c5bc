/** The shapes of what several answers hold: the fields that the client relies on (`shapes.ts`). */
import type { Shape } from './shapes.ts'

export const ADDRESS = { roomId: 'string', threadId: 'string' } as const
export const RUN = { runId: 'string', status: 'string', agentId: 'string', 'outcome?': { type: 'string' } } as const
export const ROOM = { roomId: 'string', title: 'string', agentId: 'string' } as const
export const THREAD = {
  ...ADDRESS,
  title: 'string',
  status: 'string',
  lastSeq: 'number',
  'readSeq?': 'number',
  'completedSeq?': 'number',
} as const
export const NOTICE = {
  ...ADDRESS,
  noticeId: 'string',
  kind: 'string',
  title: 'string',
  at: 'string',
  read: 'boolean',
} as const
const KINDS = { finished: 'boolean', failed: 'boolean', needsYou: 'boolean', stopped: 'boolean' } as const
export const SETTINGS = {
  kinds: KINDS,
  needsYouBreaksThrough: 'boolean',
  'quietHours?': { from: 'string', to: 'string', timeZone: 'string' },
} as const
export const ACTIVITY = { roomId: 'string', unread: 'number', working: 'number', needsYou: 'number' } as const
export const QUEUED = { run: RUN, messages: [{ id: 'string', role: 'string' }] } as const

export const pageOf = (item: Shape): Shape => ({ items: [item], 'next?': 'string' })
