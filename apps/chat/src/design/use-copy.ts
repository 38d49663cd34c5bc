/** Copies text, and reports the result for a short time. */
import { useEffect, useState } from 'react'

const SAID_FOR_MS = 2_000

export type Copying = 'ready' | 'copied' | 'failed'

export function useCopy(text: () => string): readonly [Copying, () => void] {
  const [state, setState] = useState<Copying>('ready')
  useEffect(() => {
    if (state === 'ready') return
    const timer = setTimeout(() => setState('ready'), SAID_FOR_MS)
    return () => clearTimeout(timer)
  }, [state])
  function copy(): void {
    navigator.clipboard.writeText(text()).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  }
  return [state, copy]
}
