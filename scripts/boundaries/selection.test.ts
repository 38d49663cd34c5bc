import { describe, expect, it } from 'vitest'
import { selectionReadings } from './selection.ts'
import { readSources } from './sources.ts'

describe('what is selected', () => {
  it('S001-8 S001-31 is read by the page’s router and views, and by nothing that sends, receives, keeps or routes', () => {
    const sources = readSources()
    expect(sources.length).toBeGreaterThan(300)
    expect(selectionReadings(sources)).toEqual([])
    // The views do read it: the scan finds what it looks for.
    const views = sources.filter(({ path }) => /frame\/shell|conversation\/beside/.test(path))
    const elsewhere = views.map(({ text }) => ({ path: 'apps/chat/src/composer/x.ts', text }))
    expect(selectionReadings(elsewhere).length).toBeGreaterThan(1)
  })

  it.each([
    ['packages/client/src/registry/x.ts', "const { threadId } = useParams({ from: '/' })"],
    ['packages/client/src/follow/x.ts', 'const key = parse(window.location.href)'],
    ['packages/server/src/http/x.ts', 'const key = body.key ?? session.currentThreadKey'],
    ['packages/core/src/log/x.ts', 'const to = envelope.key ?? selectedThread'],
    ['apps/chat/src/composer/x.tsx', 'const { pathname } = useLocation()'],
    ['apps/chat/src/services.ts', 'send(router.state.location.pathname)'],
  ])('is no business of %s', (path, text) => {
    expect(selectionReadings([{ path, text }])).not.toEqual([])
  })

  it('may be spoken of, and tried in tests', () => {
    const text = '// useParams\n/** as selectedThread */\nconst location = 1'
    expect(selectionReadings([{ path: 'packages/core/src/x.ts', text }])).toEqual([])
    expect(selectionReadings([{ path: 'packages/core/src/x.test.ts', text: 'useParams()' }])).toEqual([])
  })
})
