/**
 * A part over the page, loaded when it is first wanted. If it does not come (no network, or the server has another build
 * by now) the page stays as it is, with what was written in it, and a note says what to do.
 */
import { type ComponentType, lazy } from 'react'
import { Button } from '../design/button.tsx'

export function lazyLayer<Props extends object>(fetch: () => Promise<{ readonly default: ComponentType<Props> }>) {
  return lazy(() => fetch().catch((): { default: ComponentType<Props> } => ({ default: NotHere })))
}

function NotHere() {
  return (
    <div className="floating toast not-here" role="alert">
      <p className="min-w-0 flex-1">
        This part of the page did not come. Your runs go on; what you have written stays until you load the page again.
      </p>
      <Button onClick={() => window.location.reload()}>Load it again</Button>
    </div>
  )
}
