/**
 * What an answer must be to be one: whatever answers for the server may be a proxy, another program, or another version.
 * What is checked is what the client relies on; what a newer server adds is let through.
 *
 * Owns: shapes of answers that are read. Does not know: how an answer comes, what becomes of one that is none.
 */

type Primitive = 'string' | 'number' | 'boolean'
/** A list of one shape; an object with at least these fields, of which those with `?` may be missing. */
export type Shape = Primitive | readonly [Shape] | { readonly [field: string]: Shape }

export function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return typeof value === shape
  if (isList(shape)) return Array.isArray(value) && value.every((item) => fits(item, shape[0]))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(shape).every(([field, wanted]) => {
    const name = field.replace('?', '')
    const own = (value as Readonly<Record<string, unknown>>)[name]
    return (own === undefined && name !== field) || fits(own, wanted)
  })
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}

const key = { roomId: 'string', threadId: 'string' } as const
const run = { runId: 'string', status: 'string', agentId: 'string', 'outcome?': { type: 'string' } } as const
const message = { id: 'string', role: 'string' } as const
const pageOf = (item: Shape): Shape => ({ items: [item], 'next?': 'string' })
const queued = { run, messages: [message] } as const

const room: Shape = { roomId: 'string', title: 'string', agentId: 'string' }
const thread: Shape = { ...key, title: 'string', status: 'string', lastSeq: 'number' }

export const SHAPES = {
  room,
  thread,
  run,
  agents: pageOf({ agentId: 'string', title: 'string' }),
  rooms: pageOf(room),
  threads: pageOf(thread),
  runs: pageOf({ ...run, ...key }),
  events: { events: [{ type: 'string' }], next: 'number', upToDate: 'boolean' },
  queue: { order: ['string'], paused: 'boolean', items: [queued] },
  snapshot: {
    thread,
    messages: [message],
    open: [{ kind: 'string', id: 'string' }],
    runs: [run],
    queue: [queued],
    interrupts: [{ id: 'string' }],
    firstSeq: 'number',
    seq: 'number',
  },
  inbox: {
    rooms: [{ roomId: 'string', unread: 'number', working: 'number', needsYou: 'number' }],
    threads: [thread],
    cursor: 'string',
  },
} as const satisfies Readonly<Record<string, Shape>>
