/**
 * Modules that every page would load first and this one does not need, replaced by stubs.
 *
 * - Vite's helper around each dynamic import fetches the styles and scripts beside it. Here all styles are one file,
 *   and the code that loads a part handles its failure (`src/parts`).
 * - The router restores the window's scroll position. Here the window does not scroll; panes and lists do.
 *
 * A build in which one of them is no longer found fails: an update has moved it.
 */
import type { Plugin } from 'vite'

const LEFT: readonly { readonly id: RegExp; readonly code: string }[] = [
  { id: /^\0vite\/preload-helper/, code: 'export const __vitePreload = (load) => load()' },
  {
    id: /@tanstack\/router-core\/dist\/esm\/scroll-restoration\.js$/,
    code: `export const setupScrollRestoration = () => {}
      export const getElementScrollRestorationEntry = () => {}
      export const defaultGetScrollRestorationKey = () => ''
      export const storageKey = ''`,
  },
]

export function leaveOut(): Plugin {
  const found = new Set<RegExp>()
  return {
    name: 'leave-out',
    apply: 'build',
    enforce: 'pre',
    config: () => ({ build: { modulePreload: false, cssCodeSplit: false } }),
    load: {
      filter: { id: LEFT.map(({ id }) => id) },
      handler(id) {
        const left = LEFT.find((each) => each.id.test(id))
        if (left) found.add(left.id)
        return left?.code
      },
    },
    buildEnd(error) {
      const missing = LEFT.filter(({ id }) => !found.has(id))
      if (!error && missing.length > 0)
        this.error(`Not found, to be left out: ${missing.map(({ id }) => id).join(', ')}`)
    },
  }
}
