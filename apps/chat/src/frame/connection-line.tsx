/** The connection's own quiet line. It says nothing about any run: those live elsewhere. */
import type { FeedState } from '@holdfast/client'
import { Icon } from '../design/icon.tsx'

export type Connection = 'fine' | 'reconnecting' | 'signed-out'

export function connectionOf(feed: FeedState): Connection {
  switch (feed.type) {
    case 'waiting':
      return 'reconnecting'
    case 'connecting':
      return feed.attempt > 0 ? 'reconnecting' : 'fine'
    case 'paused':
      return feed.reasons.has('unauthorized') ? 'signed-out' : 'fine'
    case 'idle':
    case 'catching-up':
    case 'live':
      return 'fine'
  }
}

export function ConnectionLine({ connection }: { readonly connection: Connection }) {
  return (
    <div role="status">
      {connection !== 'fine' && (
        <p className="connection">
          <Icon name={connection === 'reconnecting' ? 'working' : 'alert'} turning={connection === 'reconnecting'} />
          {connection === 'reconnecting' ? 'Reconnecting… your runs go on' : 'Signed out. Your runs go on'}
        </p>
      )}
    </div>
  )
}
