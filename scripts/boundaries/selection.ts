/**
 * Finds code that reads the selection (S001-8). Only the router and the views may; code that sends, receives, stores or
 * routes is given a whole key. Knows paths and text, not how files were found.
 */
export interface Source {
  readonly path: string
  readonly text: string
}

/** Names that give away the thread on screen: the router's state, the address bar. */
const READING =
  /\b(?:useParams|useSearch|useMatch|useMatches|useLocation|useRouterState)\b|\.state\.location\b|\b(?:window|document|globalThis|self)\.location\b|\blocation\.(?:pathname|search|hash|href)\b|\b(?:selected|current|shown)(?:Thread|Room|Chat|Conversation|Key)\w*/g

const PAGE = 'apps/chat/src/'

/** The router, the frame, and what leads somewhere; a folder, or one file. */
const VIEWS = ['main.tsx', 'router.tsx', 'frame/', 'palette/', 'sidebar/', 'tray/', 'conversation/beside.ts'].map(
  (place) => PAGE + place,
)

export interface Reading {
  readonly path: string
  readonly word: string
}

/** Each place that reads the selection and may not. */
export function selectionReadings(sources: readonly Source[]): readonly Reading[] {
  return sources
    .filter(({ path }) => isProduct(path) && !VIEWS.some((place) => path === place || path.startsWith(place)))
    .flatMap(({ path, text }) => [...withoutComments(text).matchAll(READING)].map(([word]) => ({ path, word })))
}

function isProduct(path: string): boolean {
  return (path.startsWith('packages/') || path.startsWith(PAGE)) && !/\.(?:test|contract)\.tsx?$|\/testing\//.test(path)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^[\t ]*\/\/.*$/gm, '')
}
