/**
 * One pane, or two in split view: two threads, or the same one twice. Each is a page of its own with its own message
 * box. Both observe the same registry, so both are live.
 */
import type { ReactNode } from 'react'
import { useBeside } from './beside.ts'
import { ThreadPage } from './thread-page.tsx'

export function Panes({ children }: { readonly children: ReactNode }) {
  const { key } = useBeside()
  return (
    <div className="panes" data-count={key ? 2 : 1}>
      <section className="pane" data-pane="first" aria-label={key && 'First pane'}>
        {children}
      </section>
      {key && (
        <section className="pane" data-pane="second" aria-label="Second pane">
          <ThreadPage key={`${key.roomId}/${key.threadId}`} threadKey={key} pane="second" />
        </section>
      )}
    </div>
  )
}
