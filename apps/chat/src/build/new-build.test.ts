/** Only the application's own index says whether there is another build. */
import { expect, it } from 'vitest'
import { createNewBuild } from './new-build.ts'

const page = (entry: string) =>
  `<!doctype html><head><script type="module" crossorigin src="/assets/${entry}"></script></head><div id="app"></div>`

async function look(index: string | Error): Promise<boolean> {
  const build = createNewBuild({
    entry: 'http://127.0.0.1:4400/assets/index-one.js',
    async index() {
      if (index instanceof Error) throw index
      return index
    },
  })
  await build.look()
  return build.snapshot()
}

it('an index with another entry is a new build; the same entry is not', async () => {
  expect(await look(page('index-two.js'))).toBe(true)
  expect(await look(page('index-one.js'))).toBe(false)
})

it('anything but the application’s index leaves the answer unchanged', async () => {
  for (const other of [
    '',
    '<!doctype html><p>Sign in</p>',
    '<div id="app"></div>',
    '<script type="module" src="/assets/index-two.js"></script>',
    '<div id="app"></div><script src="https://elsewhere.example/assets/index-two.js"></script>',
    '{"type":"about:blank","status":503}',
    new Error('offline'),
  ]) {
    expect(await look(other)).toBe(false)
  }
})

it('concurrent checks share one request, and every listener is notified', async () => {
  let asked = 0
  const build = createNewBuild({
    entry: 'http://127.0.0.1/assets/index-one.js',
    async index() {
      asked += 1
      return page('index-two.js')
    },
  })
  let told = 0
  build.subscribe(() => {
    told += 1
  })
  await Promise.all([build.look(), build.look()])
  expect([asked, told]).toEqual([1, 1])
})
