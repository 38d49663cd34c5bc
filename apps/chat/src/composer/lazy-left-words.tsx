/** `LeftWords`, loaded where there are any: hardly ever. */
import { lazy, Suspense } from 'react'
import { useDraft } from './use-draft.ts'

const Shown = lazy(() => import('./left-words.tsx'))

export function LeftWords(props: { readonly place: string; readonly roomId: string }) {
  return (
    useDraft(props.place) !== '' && (
      <Suspense>
        <Shown {...props} />
      </Suspense>
    )
  )
}
