/** Brings something over the page from outside of the components: a note or a notification that leads there. */
export type Layer = 'none' | 'palette' | 'shortcuts' | 'tray' | 'notices'

const listeners = new Set<(layer: Layer) => void>()

export function showLayer(layer: Layer): void {
  for (const listener of [...listeners]) listener(layer)
}

export function onWantedLayer(listener: (layer: Layer) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
