/** The window's title names what is shown, the innermost first. */
import { useEffect } from 'react'

export function usePageTitle(...parts: readonly (string | undefined)[]): void {
  const title = [...parts, 'Holdfast'].filter(Boolean).join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
