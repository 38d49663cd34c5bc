/** The window title names what is shown, the innermost first. */
import { useEffect } from 'react'

/** Undefined: another component sets it. */
export function usePageTitle(parts: readonly (string | undefined)[] | undefined): void {
  const title = parts && [...parts, 'Holdfast'].filter(Boolean).join(' · ')
  useEffect(() => {
    if (title !== undefined) document.title = title
  }, [title])
}
