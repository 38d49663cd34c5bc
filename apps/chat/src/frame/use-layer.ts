/** What lies over the page, at most one thing, and the keys that bring it. */
import { useEffect, useState } from 'react'
import { isChord } from '../design/keys.tsx'
import { type Layer, onWantedLayer } from './wanted-layer.ts'

export function useLayer(): readonly [Layer, (layer: Layer) => void] {
  const [layer, setLayer] = useState<Layer>('none')
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const wanted = wantedBy(event)
      if (!wanted) return
      event.preventDefault()
      setLayer((now) => (now === wanted ? 'none' : wanted))
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
  useEffect(() => onWantedLayer(setLayer), [])
  return [layer, setLayer]
}

function wantedBy(event: KeyboardEvent): Layer | undefined {
  if (isChord(event, 'k')) return 'palette'
  if (isChord(event, '.')) return 'tray'
  // The field has the focus nearly always, and in it a question mark is one.
  if (isChord(event, '/')) return 'shortcuts'
  if (event.key === '?' && !event.ctrlKey && !event.metaKey && !isWriting(event.target)) return 'shortcuts'
  return undefined
}

/** In a text field, a question mark is text. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
}
