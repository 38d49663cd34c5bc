/**
 * Who reads what is selected (S001-8): the router's address, and the views that show it. Nothing that sends, receives,
 * keeps or routes may: each of those is told a whole key. Knows paths and text; nothing of how files were found.
 */
export interface Source {
  readonly path: string
  readonly text: string
}

/** What gives away the thread on screen: the router's state, the address bar, or a name for it. */
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

/** Each place that reads what is selected, and may not. */
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
