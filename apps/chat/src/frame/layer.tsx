/**
 * A part over the page (dialog, menu), loaded when first needed. If it fails to load (no network, or a new build on the
 * server), the page stays as it is, with its drafts, and a note says what to do.
 */
import type { ComponentType, ReactNode } from 'react'
import { Button } from '../design/button.tsx'
import { createPart, type Part } from '../parts/part.ts'
import { type FailedProps, shown } from '../parts/shown.tsx'

type Module<P> = { readonly default: ComponentType<P> }

/** Every part over the page: some are wanted when the network is away. */
export const layers: Part<unknown>[] = []

export function layerPart<T>(fetch: () => Promise<T>): Part<T> {
  const part = createPart(fetch)
  layers.push(part)
  return part
}

export function layer<P extends object>(part: Part<Module<P>>, waiting?: (props: P) => ReactNode) {
  return shown(part, (module) => module.default, { failed: NotHere, ...(waiting && { waiting }) })
}

function NotHere({ again, close }: FailedProps) {
  return (
    <div className="floating toast not-here" role="alert">
      <p className="min-w-0 flex-1">
        Couldn’t load this part of the page. Your runs aren’t affected, and your drafts are saved.
      </p>
      <Button onClick={again}>Try again</Button>
      {close && (
        <Button look="quiet" onClick={close}>
          Close
        </Button>
      )}
    </div>
  )
}
