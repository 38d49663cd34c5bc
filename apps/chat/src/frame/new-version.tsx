/** Announces a newer build of this page. The person decides when to reload. */
import { useConnectionState } from '@holdfast/react'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Button, IconButton } from '../design/button.tsx'
import { onPartFailed } from '../parts/part.ts'
import { useServices } from '../services.ts'

/** Between two checks when the person returns to the page. */
const SEEN_MS = 10 * 60_000

export function NewVersion() {
  const { newBuild } = useServices()
  const isNew = useSyncExternalStore(newBuild.subscribe, newBuild.snapshot)
  const [dismissed, dismiss] = useState(false)
  useLooking(newBuild.look)
  return (
    <div role="status">
      {isNew && !dismissed && (
        <div className="floating toast not-here">
          <p className="min-w-0 flex-1">
            New version available
            <span className="block text-text-quiet">Your drafts are saved.</span>
          </p>
          <Button onClick={() => window.location.reload()}>Reload</Button>
          <IconButton icon="close" label="Later" onClick={() => dismiss(true)} />
        </div>
      )}
    </div>
  )
}

/** Looks whenever the server may have been changed: a part is missing, the connection was away, so was the person. */
function useLooking(look: () => Promise<void>): void {
  const { type } = useConnectionState()
  // A page that the service worker has opened may be older than the server.
  const wasAway = useRef(navigator.serviceWorker?.controller != null)
  useEffect(() => {
    if (type === 'waiting') wasAway.current = true
    if (type !== 'live' || !wasAway.current) return
    wasAway.current = false
    void look()
  }, [type, look])
  useEffect(() => {
    let lookedAt = Date.now()
    const seen = () => {
      if (document.hidden || Date.now() - lookedAt < SEEN_MS) return
      lookedAt = Date.now()
      void look()
    }
    document.addEventListener('visibilitychange', seen)
    const undo = onPartFailed(() => void look())
    return () => {
      document.removeEventListener('visibilitychange', seen)
      undo()
    }
  }, [look])
}
