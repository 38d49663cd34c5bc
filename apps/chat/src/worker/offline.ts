/**
 * The page without a network: the files of one build, kept by the service worker.
 *
 * Owns: which files are kept, which request is answered from them. Does not know: pages, the API: requests to it are never
 * touched.
 *
 * Invariants:
 * - The server's page comes first. The kept one is opened only when the server does not answer, or not in time; the page then
 *   looks for a newer build by itself (`build/new-build.ts`).
 * - The files of a build are kept all or none, and only together with the index that names them.
 */
export interface OfflineOptions {
  readonly build: {
    /** Another one for any change of a file. */
    readonly id: string
    /** Relative to the scope, without the index. Their names change with their content. */
    readonly files: readonly string[]
  }
  /** Where the application is. */
  readonly scope: URL
  readonly caches: Pick<CacheStorage, 'open' | 'keys' | 'delete' | 'match'>
  readonly fetch: (request: Request | string, init?: RequestInit) => Promise<Response>
  readonly later: (ms: number) => Promise<void>
}

export interface Offline {
  /** Rejects if the files of this build are not all there: the worker is then not installed. */
  install(): Promise<void>
  activate(): Promise<void>
  /** Undefined for a request that is none of its business. */
  answer(request: Request): Promise<Response> | undefined
}

const PREFIX = 'holdfast page '
const API = /^v1(\/|\?|$)/
/** The server varies by encoding only. */
const ANY = { ignoreVary: true } as const
/** A server that takes longer is as good as away; a proxy may let the page wait for minutes. */
const PATIENCE_MS = 3_000
/** Pages of the build before this one may still be open, and load parts of it. */
const BUILDS_KEPT = 2

export function createOffline({ build, scope, caches, fetch, later }: OfflineOptions): Offline {
  const name = PREFIX + build.id
  const index = scope.href
  const files = new Set(build.files.map((file) => new URL(file, scope).href))

  async function install(): Promise<void> {
    const cache = await caches.open(name)
    const page = await fetch(index, { cache: 'no-store', headers: { accept: 'text/html' } })
    // The server may have been updated since it sent this worker: the next worker belongs to that build.
    if (!page.ok || !(await isOfThisBuild(page.clone()))) throw new Error('The server has another build.')
    await Promise.all(
      [...files].map(async (file) => {
        const kept = isNamedByContent(file) ? await caches.match(file, ANY) : undefined
        const response = kept ?? (await fetch(file, { cache: 'no-cache' }))
        if (!response.ok) throw new Error(`${file} was answered with ${response.status}.`)
        await cache.put(file, response)
      }),
    )
    // Last: a cache with an index is whole.
    await cache.put(index, page)
  }

  async function isOfThisBuild(page: Response): Promise<boolean> {
    const html = await page.text()
    const [, entry] = /<script[^>]*\ssrc="([^"]+\.js)"/.exec(html) ?? []
    return entry !== undefined && files.has(new URL(entry, scope).href)
  }

  async function activate(): Promise<void> {
    // In the order in which they were made: this build's is the last.
    const kept = (await caches.keys()).filter((each) => each.startsWith(PREFIX) && each !== name)
    for (const old of kept.slice(0, Math.max(0, kept.length - BUILDS_KEPT + 1))) await caches.delete(old)
  }

  async function openPage(request: Request): Promise<Response> {
    const asked = fetch(request).then((response) => {
      // A gateway's error page says that the server is not there.
      if (response.status >= 502 && response.status <= 504) throw new Error(`${response.status}`)
      return response
    })
    // It may fail after the kept page was taken.
    asked.catch(() => {})
    const late = later(PATIENCE_MS).then(() => undefined)
    const answer = await Promise.race([asked, late]).catch(() => undefined)
    if (answer) return answer
    const kept = await (await caches.open(name)).match(index)
    return kept ?? asked
  }

  async function file(request: Request): Promise<Response> {
    const kept = () => caches.match(request.url, ANY)
    if (isNamedByContent(request.url)) return (await kept()) ?? fetch(request)
    return fetch(request).catch(async (cause: unknown) => {
      const response = await kept()
      if (response) return response
      throw cause
    })
  }

  /** The file of an earlier build under the same name is the same file. */
  function isNamedByContent(address: string): boolean {
    return address.startsWith(new URL('assets/', scope).href)
  }

  return {
    install,
    activate,
    answer(request) {
      const url = new URL(request.url)
      if (request.method !== 'GET' || !url.href.startsWith(scope.href)) return undefined
      if (API.test(url.href.slice(scope.href.length))) return undefined
      if (request.mode === 'navigate') return openPage(request)
      return isNamedByContent(url.href) || files.has(url.href) ? file(request) : undefined
    },
  }
}
