/** The page without a network: from the files of one whole build, and never in the way of the server. */
import { expect, it } from 'vitest'
import { createOffline } from './offline.ts'

const SCOPE = 'https://example.org/chat/'
const at = (path: string) => new URL(path, SCOPE).href
const indexOf = (entry: string) => `<div id="app"></div><script type="module" src="/chat/assets/${entry}"></script>`

/** The caches of a browser, as far as the worker uses them. */
function createCaches() {
  const all = new Map<string, Map<string, Response>>()
  const keyOf = (what: RequestInfo | URL) => (what instanceof Request ? what.url : String(what))
  const match = async (entries: Map<string, Response>, what: RequestInfo | URL) => entries.get(keyOf(what))?.clone()
  return {
    all,
    caches: {
      async open(name: string) {
        const entries = all.get(name) ?? new Map<string, Response>()
        all.set(name, entries)
        return {
          match: (what: RequestInfo | URL) => match(entries, what),
          put: async (what: RequestInfo | URL, response: Response) => void entries.set(keyOf(what), response),
        } as Cache
      },
      keys: async () => [...all.keys()],
      delete: async (name: string) => all.delete(name),
      async match(what: RequestInfo | URL) {
        for (const entries of all.values()) {
          const found = await match(entries, what)
          if (found) return found
        }
        return undefined
      },
    },
  }
}

function setUp() {
  const device = createCaches()
  const pages = new Map<string, string | number>()
  const asked: string[] = []
  let network: 'on' | 'off' | 'hangs' = 'on'
  let patience = Promise.withResolvers<void>()

  async function fetch(request: Request | string): Promise<Response> {
    const url = typeof request === 'string' ? request : request.url
    asked.push(url)
    if (network === 'off') throw new TypeError('Failed to fetch')
    if (network === 'hangs') await new Promise(() => {})
    const body = pages.get(url) ?? 404
    return typeof body === 'number' ? new Response('', { status: body }) : new Response(body)
  }

  function serve(entry: string, ...files: string[]): void {
    pages.clear()
    pages.set(SCOPE, indexOf(entry))
    for (const file of [entry, ...files]) pages.set(at(`assets/${file}`), file)
    pages.set(at('favicon.svg'), 'icon')
  }
  const worker = (id: string, ...files: string[]) =>
    createOffline({
      build: { id, files: [...files.map((file) => `assets/${file}`), 'favicon.svg'] },
      scope: new URL(SCOPE),
      caches: device.caches,
      fetch,
      later: () => patience.promise,
    })
  return {
    ...device,
    asked,
    pages,
    serve,
    worker,
    become: (next: typeof network) => {
      network = next
    },
    losePatience() {
      patience.resolve()
      patience = Promise.withResolvers()
    },
  }
}

const navigation = (path = '') => Object.defineProperty(new Request(at(path)), 'mode', { value: 'navigate' })
const textOf = async (answer: Promise<Response> | undefined) => (await answer)?.text()

it('opens every address of the application without a network, with all files of the build', async () => {
  const { serve, worker, become } = setUp()
  serve('a.js', 'b.js')
  const offline = worker('1', 'a.js', 'b.js')
  await offline.install()
  become('off')
  expect(await textOf(offline.answer(navigation('rooms/default/threads/t')))).toBe(indexOf('a.js'))
  expect(await textOf(offline.answer(new Request(at('assets/b.js'))))).toBe('b.js')
  expect(await textOf(offline.answer(new Request(at('favicon.svg'))))).toBe('icon')
})

it('takes the page from the server as long as it answers, whatever it answers', async () => {
  const { serve, worker, pages } = setUp()
  serve('a.js')
  const offline = worker('1', 'a.js')
  await offline.install()
  serve('new.js')
  expect(await textOf(offline.answer(navigation()))).toBe(indexOf('new.js'))
  pages.set(SCOPE, 404)
  expect((await offline.answer(navigation()))?.status).toBe(404)
})

it.each([502, 503, 504])('a gateway that answers for the server (%i) is no server', async (status) => {
  const { serve, worker, pages } = setUp()
  serve('a.js')
  const offline = worker('1', 'a.js')
  await offline.install()
  pages.set(SCOPE, status)
  expect(await textOf(offline.answer(navigation()))).toBe(indexOf('a.js'))
})

it('does not wait for a server that does not answer', async () => {
  const { serve, worker, become, losePatience } = setUp()
  serve('a.js')
  const offline = worker('1', 'a.js')
  await offline.install()
  become('hangs')
  const answer = textOf(offline.answer(navigation()))
  losePatience()
  expect(await answer).toBe(indexOf('a.js'))
})

it('never touches the API, other origins, other applications, or anything that is sent', () => {
  const { worker } = setUp()
  const offline = worker('1', 'a.js')
  for (const path of [
    'v1/inbox',
    'v1/rooms/default',
    'v1',
    'v1?x=1',
    'worker.js',
    'elsewhere.json',
    '/other/',
    'https://example.com/',
  ])
    expect(offline.answer(new Request(at(path)))).toBeUndefined()
  expect(offline.answer(navigation('v1/rooms'))).toBeUndefined()
  expect(offline.answer(new Request(at('rooms'), { method: 'POST' }))).toBeUndefined()
})

it('is not installed with half of a build, nor with the index of another one', async () => {
  const { serve, worker, pages, all } = setUp()
  serve('a.js', 'b.js')
  pages.delete(at('assets/b.js'))
  await expect(worker('1', 'a.js', 'b.js').install()).rejects.toThrow('404')
  serve('new.js')
  await expect(worker('1', 'a.js').install()).rejects.toThrow('another build')
  pages.set(SCOPE, 503)
  await expect(worker('1', 'new.js').install()).rejects.toThrow()
  for (const entries of all.values()) expect(entries.has(SCOPE)).toBe(false)
})

it('keeps its own build and the one before, whose pages may still be open, and deletes the others', async () => {
  const { serve, worker, become, all, asked } = setUp()
  all.set('other', new Map())
  for (const build of ['1', '2', '3']) {
    serve(`a${build}.js`, 'same.js')
    const each = worker(build, `a${build}.js`, 'same.js')
    await each.install()
    await each.activate()
  }
  expect([...all.keys()]).toEqual(['other', 'holdfast page 2', 'holdfast page 3'])
  expect(asked.filter((url) => url === at('assets/same.js'))).toHaveLength(1)
  become('off')
  const offline = worker('3', 'a3.js', 'same.js')
  expect(await textOf(offline.answer(navigation()))).toBe(indexOf('a3.js'))
  expect(await textOf(offline.answer(new Request(at('assets/a2.js'))))).toBe('a2.js')
  await expect(offline.answer(new Request(at('assets/a1.js')))).rejects.toThrow()
})

it('without a kept page passes on that there is no network', async () => {
  const { worker, become } = setUp()
  become('off')
  await expect(worker('1', 'a.js').answer(navigation())).rejects.toThrow('Failed to fetch')
})
