/** Commits in a real browser: what is rendered again, what hostile text leaves in the page, what the lazy parts add. */
import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { MarkdownBlocks } from './blocks.tsx'
import { renderAll } from './render.tsx'
import { PAYLOADS } from './testing/payloads.ts'

vi.mock('./render.tsx', { spy: true })

/** A lazy part is fetched over the network, on a machine that may be busy. */
const LOADED = { timeout: 15_000 }

async function show(text: string, streaming: boolean) {
  const screen = await render(<MarkdownBlocks text={text} streaming={streaming} />)
  return {
    ...screen,
    to: (next: string, more: boolean) => screen.rerender(<MarkdownBlocks text={next} streaming={more} />),
  }
}

test('a finished block is never touched again while the answer continues', async () => {
  const finished = '# Title\n\nA *paragraph*.\n\n- one\n- two\n\n| a |\n|---|\n| 1 |\n\n'
  const screen = await show(`${finished}And`, true)
  const before = [...screen.container.children].slice(0, 4)
  const changed = new Set<Node>()
  const observer = new MutationObserver((records) => {
    for (const { target } of records) changed.add(target)
  })
  observer.observe(screen.container, { subtree: true, childList: true, characterData: true, attributes: true })
  let text = `${finished}And`
  for (const token of [' so', ' it', ' goes.\n\n', '```\nco', 'de\n```\n\n', 'The', ' end.']) {
    text += token
    await screen.to(text, true)
  }
  await screen.to(text, false)
  observer.disconnect()
  expect([...screen.container.children].slice(0, 4)).toEqual(before)
  expect(before.filter((block) => [...changed].some((node) => block.contains(node)))).toEqual([])
  expect(screen.container.textContent).toContain('The end.')
})

test('a finished block is not rendered a second time; renders are counted', async () => {
  const drawn = vi.mocked(renderAll)
  const finished = '# Title\n\nA *paragraph*.\n\n- one\n\n> quoted\n\n'
  const screen = await show(`${finished}And`, true)
  drawn.mockClear()
  let text = `${finished}And`
  for (const token of [' so', ' on.\n\n', 'More', '\n\n', '[x]: https://example.org\n\n', 'The end.']) {
    text += token
    await screen.to(text, true)
  }
  await screen.to(text, false)
  const kinds = drawn.mock.calls.map(([[node]]) => node?.type)
  expect(kinds.length).toBeGreaterThan(5)
  expect(kinds.filter((kind) => kind !== 'paragraph' && kind !== 'definition')).toEqual([])
})

test('code is highlighted once its block is complete, in the page’s own colours', async () => {
  const screen = await show('```ts\nconst answer = 42', true)
  expect(screen.container.querySelector('pre span')).toBeNull()
  await screen.to('```ts\nconst answer = 42\n```\n', false)
  await vi.waitFor(
    () => expect(screen.container.querySelectorAll('pre span[style*="--md-token"]').length).toBeGreaterThan(2),
    LOADED,
  )
  expect(screen.container.querySelector('pre')?.textContent).toBe('const answer = 42')
  await expect.element(screen.getByRole('figure', { name: 'Code, TypeScript' })).toBeVisible()
})

test('a formula becomes MathML, and text that is not a formula stays as it was written', async () => {
  const screen = await show('Inline $$a^2$$.\n\n$$\n\\frac{1}{2}\n$$\n\n$$\n\\nothing{\n$$\n', false)
  await vi.waitFor(() => expect(screen.container.querySelectorAll('math')).toHaveLength(2), LOADED)
  expect(screen.container.querySelector('.md-math-source')?.textContent).toBe('\\nothing{')
})

test('an inline formula is rendered as soon as it ends, and shown as source until then', async () => {
  const text = 'So \\(a^2\\) and \\[b^2\\] and $c^2$ for $5 or $6.'
  const screen = await show('', true)
  for (let end = 1; end <= text.length; end += 1) await screen.to(text.slice(0, end), true)
  await vi.waitFor(() => expect(screen.container.querySelectorAll('math')).toHaveLength(3), LOADED)
  const before = [...screen.container.querySelectorAll('math')]
  await screen.to(`${text} On.`, true)
  await screen.to(`${text} On. \\(\\nothing{\\)`, false)
  expect([...screen.container.querySelectorAll('math')]).toEqual(before)
  expect(screen.container.textContent).toContain('for $5 or $6. On. \\(\\nothing{\\)')
})

test('a display formula is rendered once it is complete, while the answer continues', async () => {
  const screen = await show('\\[\n\\frac{a}{b}\n', true)
  expect(screen.container.querySelector('.md-math-source')?.textContent).toBe('\\frac{a}{b}')
  await screen.to('\\[\n\\frac{a}{b}\n\\]', true)
  await vi.waitFor(() => expect(screen.container.querySelectorAll('math')).toHaveLength(1), LOADED)
})

test('a table is one from its second line on, even with a half-written last line, and code from its fence on', async () => {
  const text = '| a | b |\n|---|---|\n| *one* | `t|wo` |\n| [x](https://example.org) | 2 |\n'
  const screen = await show('', true)
  for (let end = text.indexOf('|---|---|') + 9; end <= text.length; end += 1) {
    await screen.to(text.slice(0, end), true)
    expect(screen.container.querySelectorAll('table')).toHaveLength(1)
    expect(screen.container.querySelectorAll('p')).toHaveLength(0)
  }
  for (const code of ['```ts', '```ts\nlet', '```ts\nlet a\n', '```ts\nlet a\n``']) {
    await screen.to(`${text}\n${code}`, true)
    expect([
      screen.container.querySelectorAll('table').length,
      screen.container.querySelectorAll('pre').length,
    ]).toEqual([1, 1])
  }
})

test('headings start at level three, tables and code can be reached by keyboard, tasks name their state', async () => {
  const screen = await show('# A\n\n| a |\n|---|\n| 1 |\n\n```\nx\n```\n\n- [x] b\n- [ ] c\n', false)
  await expect.element(screen.getByRole('heading', { level: 3, name: 'A' })).toBeVisible()
  await expect.element(screen.getByRole('region', { name: 'Table' })).toHaveAttribute('tabindex', '0')
  expect(screen.container.querySelector('pre')?.tabIndex).toBe(0)
  await expect.element(screen.getByRole('checkbox', { name: 'Done' })).toBeChecked()
  await expect.element(screen.getByRole('checkbox', { name: 'To do' })).not.toBeChecked()
})

test('a footnote and its reference link to each other within each message', async () => {
  const text = 'A claim[^x].\n\n[^x]: The source.\n'
  const screen = await render(
    <>
      <MarkdownBlocks text={text} streaming={false} />
      <MarkdownBlocks text={text} streaming={false} />
    </>,
  )
  const ids = [...screen.container.querySelectorAll('[id]')].map(({ id }) => id)
  expect(new Set(ids).size).toBe(4)
  for (const a of screen.container.querySelectorAll('a')) {
    expect(document.getElementById(a.getAttribute('href')?.slice(1) ?? '')).not.toBeNull()
  }
})

test.each(PAYLOADS)('%j leaves no element, attribute or address of its own', async (payload) => {
  const screen = await show(payload, false)
  expect(screen.container.querySelector('a a')).toBeNull()
  const foreign =
    'script, img, svg, iframe, object, embed, link, style, meta, base, form, video, audio, template, details'
  expect(screen.container.querySelector(foreign)).toBeNull()
  for (const element of screen.container.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on|^src|^srcdoc$|^action$|^formaction$|^background$/)
      if (name === 'href') expect(value).toMatch(/^(?:https?:\/\/|mailto:|#)/)
    }
  }
  for (const a of screen.container.querySelectorAll('a:not([href^="#"])')) {
    expect(a.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    expect(a.getAttribute('target')).toBe('_blank')
  }
})
