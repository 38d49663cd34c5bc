/** An error of this page, or a part that failed to load. Part of the first load, because it replaces the rest. */
import type { FailedProps } from '../parts/shown.tsx'
import { Blank } from './blank.tsx'
import { whyOf } from './why.ts'

const SAFE = 'Your runs aren’t affected, and your drafts are saved.'

/** Shown instead of a page that throws while rendering. */
export function Broken({ error, reset }: { readonly error: unknown; reset?(): void }) {
  return (
    <Blank title="Something went wrong on this page" text={`${SAFE} (${whyOf(error)})`}>
      <Ways again={reset} />
    </Blank>
  )
}

/** Instead of a page that could not be loaded. */
export function Missing({ error, again }: FailedProps) {
  return (
    <Blank title="Couldn’t load this part of the page" text={`${SAFE} (${whyOf(error)})`}>
      <Ways again={again} />
    </Blank>
  )
}

function Ways({ again }: { readonly again: (() => void) | undefined }) {
  return (
    <div className="suggestions">
      {again && (
        <button type="button" className="button" data-look="main" onClick={again}>
          Try again
        </button>
      )}
      <button type="button" className="button" onClick={() => window.location.reload()}>
        Reload
      </button>
    </div>
  )
}
