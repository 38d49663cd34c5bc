import { expect, it } from 'vitest'
import { readResult } from './result.ts'

const text = (said: string) => ({ type: 'text' as const, text: said })

it.each([
  ['text', { content: [text('a'), text('b')] }, 'a\nb'],
  ['nothing', { content: [] }, ''],
  ['structured content alone', { content: [], structuredContent: { a: 1 } }, { a: 1 }],
  ['structured content that the text repeats', { content: [text('{"a": 1}')], structuredContent: { a: 1 } }, { a: 1 }],
  [
    'structured content whose only value is the text',
    { content: [text('a')], structuredContent: { content: 'a' } },
    { content: 'a' },
  ],
  [
    'structured content that adds to the text',
    { content: [text('Found one')], structuredContent: { a: 1 } },
    'Found one\n{"a":1}',
  ],
  [
    'a link',
    { content: [{ type: 'resource_link' as const, uri: 'file:///a', name: 'A' }] },
    '[A link to file:///a (A).]',
  ],
  [
    'a sound',
    { content: [{ type: 'audio' as const, data: 'AAAA', mimeType: 'audio/wav' }] },
    '[A sound, audio/wav, 3 bytes: left out, because only text is passed on.]',
  ],
  [
    'a binary resource',
    { content: [{ type: 'resource' as const, resource: { uri: 'u', blob: 'AAAA' } }] },
    '[The resource u, of an unknown kind, 3 bytes: left out, because only text is passed on.]',
  ],
])('a result of %s', (_, result, read) => {
  expect(readResult(result)).toEqual(read)
})

it('content of a type that nobody knows leaves a line', () => {
  expect(readResult({ content: [{ type: 'hologram' }] as never })).toBe(
    '[Content of the unknown type "hologram": left out.]',
  )
})
