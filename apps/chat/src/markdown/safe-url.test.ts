import { describe, expect, test } from 'vitest'
import { safeImage, safeLink } from './safe-url.ts'

describe('an address in untrusted text', () => {
  test.each([
    ['https://example.org/a?b=c#d', 'https://example.org/a?b=c#d'],
    ['HTTP://EXAMPLE.org', 'http://example.org/'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
    ['  https://example.org ', 'https://example.org/'],
    ['ht\ntps://example.org', 'https://example.org/'],
  ])('%j leads to %s', (url, href) => {
    expect(safeLink(url)).toBe(href)
  })

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '\u0001javascript:alert(1)',
    'java\tscript:alert(1)',
    ' \njavascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://example.org/x',
    'file:///etc/passwd',
    'view-source:https://example.org',
    'ws://example.org',
    '//example.org/x',
    '/v1/rooms',
    '#top',
    '',
    'https://user:secret@example.org',
    'https://bank.example@example.org',
    'https://',
  ])('%j leads nowhere', (url) => {
    expect(safeLink(url)).toBeUndefined()
  })

  test('an image names the host that would be requested', () => {
    expect(safeImage('https://example.org:8443/x.png')).toEqual({
      href: 'https://example.org:8443/x.png',
      host: 'example.org:8443',
    })
    expect(safeImage('mailto:a@example.org')).toBeUndefined()
    expect(safeImage('data:image/png;base64,AAAA')).toBeUndefined()
  })
})
