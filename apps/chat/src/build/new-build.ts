/**
 * Whether the server has a newer build of this page. Such a server keeps no files of this build, so parts that are not
 * loaded yet can no longer be loaded.
 *
 * Owns: the answer. Does not know: when to check, what happens then.
 *
 * Invariant: unknown is not new. Only the application's own index with another entry counts; a sign-in page, an error
 * or no answer does not.
 */

export interface NewBuild {
  snapshot(): boolean
  subscribe(listener: () => void): () => void
  /** Never rejects. */
  look(): Promise<void>
}

export interface NewBuildOptions {
  /** The address of the entry that runs here. */
  readonly entry: string
  /** The index as the server has it now. */
  index(): Promise<string>
}

export function createNewBuild({ entry, index }: NewBuildOptions): NewBuild {
  const listeners = new Set<() => void>()
  const own = new URL(entry).pathname
  let isNew = false
  let looking: Promise<void> | undefined

  async function ask(): Promise<void> {
    try {
      const there = entryIn(await index())
      isNew = there !== undefined && new URL(there, entry).pathname !== own
    } catch {
      return
    } finally {
      looking = undefined
    }
    for (const listener of [...listeners]) listener()
  }

  return {
    snapshot: () => isNew,
    subscribe(listener) {
      const each = () => listener()
      listeners.add(each)
      return () => void listeners.delete(each)
    },
    look() {
      looking ??= ask()
      return looking
    },
  }
}

/** The entry in an index as the build writes it; scripts of other pages do not count. */
function entryIn(html: string): string | undefined {
  if (!html.includes('<div id="app">')) return undefined
  return /<script[^>]*\ssrc="(\/assets\/index-[^"]+\.js)"/.exec(html)?.[1]
}

export async function fetchIndex(): Promise<string> {
  const response = await fetch('/', { cache: 'no-store', headers: { accept: 'text/html' } })
  if (!response.ok) throw new Error(`The index was answered with ${response.status}.`)
  return response.text()
}
