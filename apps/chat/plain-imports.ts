/**
 * Parts are imported as they are: Vite's helper, which every page would load first, fetches beside a part the styles and
 * scripts it needs. Here all styles are one file, and who loads a part says what becomes of its failing (`src/parts`).
 */
import type { Plugin } from 'vite'

export function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    apply: 'build',
    enforce: 'pre',
    config: () => ({ build: { modulePreload: false, cssCodeSplit: false } }),
    load: {
      filter: { id: /^\0vite\/preload-helper/ },
      handler: () => 'export const __vitePreload = (load) => load()',
    },
  }
}
