/**
 * Modules that every page would load first and this one does not need, replaced by stubs.
 *
 * - Vite's helper around each dynamic import fetches the styles and scripts beside it. Here all styles are one file,
 *   and the code that loads a part handles its failure (`src/parts`).
 * - The router restores the window's scroll position. Here the window does not scroll; panes and lists do.
 * - The router can render on a server. This page is rendered in the browser only.
 * - The router shows errors in a box of its own. This page has its own component for them (`src/frame/broken.tsx`).
 * - The router can serve a page under another path than `/`. This one is at `/`.
 * - The router's routes carry links and loaders of their own. This page loads its links with the frame, and its routes
 *   load nothing.
 *
 * A build in which one of them is no longer found fails: an update has moved it.
 */
import type { Plugin } from 'vite'

const OF_ROUTES = /^\0of-routes$/

const LEFT: readonly { readonly id: RegExp; readonly code: string }[] = [
  { id: /^\0vite\/preload-helper/, code: 'export const __vitePreload = (load) => load()' },
  {
    id: /@tanstack\/router-core\/dist\/esm\/scroll-restoration\.js$/,
    code: `export const setupScrollRestoration = () => {}
      export const getElementScrollRestorationEntry = () => {}
      export const defaultGetScrollRestorationKey = () => ''
      export const storageKey = ''`,
  },
  {
    id: /@tanstack\/react-router\/dist\/esm\/scroll-restoration\.js$/,
    code: 'export const ScrollRestoration = () => null',
  },
  {
    id: /@tanstack\/react-router\/dist\/esm\/ClientOnly\.js$/,
    code: `export const ClientOnly = ({ children }) => children
      export const useHydrated = () => true`,
  },
  {
    id: /@tanstack\/react-router\/dist\/esm\/CatchBoundary\.js$/,
    code: `import { Component, createElement } from 'react'
      export const ErrorComponent = () => null
      export class CatchBoundary extends Component {
        state = { error: 0 }
        reset = () => this.setState({ error: 0 })
        static getDerivedStateFromProps({ getResetKey }, { error, resetKey }) {
          const next = { resetKey: getResetKey() }
          return error && resetKey !== next.resetKey ? { ...next, error: 0 } : next
        }
        static getDerivedStateFromError(error) {
          return { error: [error] }
        }
        componentDidCatch(error, info) {
          this.props.onCatch?.(error, info)
        }
        render() {
          const { error } = this.state
          return error
            ? createElement(this.props.errorComponent, { error: error[0], reset: this.reset })
            : this.props.children
        }
      }`,
  },
  {
    id: /@tanstack\/router-core\/dist\/esm\/rewrite\.js$/,
    code: `export const executeRewriteInput = (_, url) => url
      export const executeRewriteOutput = executeRewriteInput
      export const rewriteBasepath = () => {}
      export const composeRewrites = rewriteBasepath`,
  },
  {
    id: OF_ROUTES,
    code: `export const Link = 'a'
      export const useLoaderData = () => {}
      export const useLoaderDeps = () => {}`,
  },
]

/** What only the router's routes import of these modules. */
const ROUTES = /@tanstack\/react-router\/dist\/esm\/route\.js$/

export function leaveOut(): Plugin {
  const found = new Set<RegExp>()
  return {
    name: 'leave-out',
    apply: 'build',
    enforce: 'pre',
    config: () => ({ build: { modulePreload: false, cssCodeSplit: false } }),
    resolveId: {
      filter: { id: /^\.\/(link|useLoaderData|useLoaderDeps)\.js$/ },
      handler: (_, importer) => (importer && ROUTES.test(importer) ? '\0of-routes' : undefined),
    },
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
