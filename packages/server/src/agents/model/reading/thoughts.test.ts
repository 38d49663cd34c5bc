/** Which words between tags are thoughts, and which are words about tags. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createThoughtSplitter } from './thoughts.ts'

function split(...deltas: readonly string[]) {
  const splitter = createThoughtSplitter()
  const said = { text: '', thought: '' }
  for (const delta of deltas) for (const part of splitter.push(delta)) said[part.type] += part.delta
  const { parts, unclosed } = splitter.end()
  for (const part of parts) said[part.type] += part.delta
  return { ...said, ...(unclosed !== undefined && { unclosed }) }
}

describe('thoughts', () => {
  it.each([
    ['<think>\nHm.\n</think>\n\nHello.', 'Hm.\n', 'Hello.'],
    ['\n <THINK>Hm.</Think>Hello.', 'Hm.', 'Hello.'],
    ['<thinking>Hm.</thinking>Hello.', 'Hm.', 'Hello.'],
    ['<thought>Hm.</thought>Hello.', 'Hm.', 'Hello.'],
    ['[THINK]Hm.[/THINK]Hello.', 'Hm.', 'Hello.'],
    ['◁think▷Hm.◁/think▷Hello.', 'Hm.', 'Hello.'],
    ['<think>\n\n</think>\n\nHello.', '', 'Hello.'],
    ['<think>a</think>\n<think>b</think>Hello.', 'ab', 'Hello.'],
    ['Hello.\n<think>Hm.</think>\nBye.', 'Hm.', 'Hello.\n\nBye.'],
    ['```\ncode\n```\n<think>Hm.</think>Bye.', 'Hm.', '```\ncode\n```\nBye.'],
    ['<think>Is it <b> or </thin>?</think>Hello.', 'Is it <b> or </thin>?', 'Hello.'],
    ['<think>`</think>`', '`', '`'],
    ['<think>İstanbul</THINK>İ', 'İstanbul', 'İ'],
  ])('%j', (given, thought, text) => {
    expect(split(given)).toEqual({ thought, text })
    expect(split(...given)).toEqual({ thought, text })
  })
})

describe('words', () => {
  it('that are nothing but blank lines are each looked at a bounded number of times', () => {
    // Where each looked at all that follow, this took minutes.
    const lines = '\n'.repeat(500_000)
    expect(split(lines, 'a')).toEqual({ thought: '', text: `${lines}a` })
  })

  it.each([
    'Use `<think>` like so: `</think>`.',
    'The tag <think> opens a thought, and </think> closes it.',
    '`<think>` is a tag.',
    '```xml\n<think>\nHm.\n</think>\n```\nDone.',
    'See:\n\n  ~~~~\n~~~\n<think>a</think>\n~~~~\n',
    '````\n```\n<think>a</think>\n```\n````',
    'As code:\n\n    <think>a</think>\n',
    'As code:\n\n\t<think>a</think>\n',
    '<thinker>a</thinker>',
    '<thin',
    '\n\n',
    '  Hello.\n\n',
    'a < b\n<',
    '- <think>',
  ])('%j stay as they are', (text) => {
    expect(split(text)).toEqual({ thought: '', text })
    expect(split(...text)).toEqual({ thought: '', text })
  })

  it('are given at once where they cannot be part of a tag', () => {
    const splitter = createThoughtSplitter()
    expect(splitter.push('He')).toEqual([{ type: 'text', delta: 'He' }])
    expect(splitter.push('llo <th')).toEqual([{ type: 'text', delta: 'llo <th' }])
    expect(splitter.push('.\n<th')).toEqual([{ type: 'text', delta: '.\n' }])
    expect(splitter.push('en')).toEqual([{ type: 'text', delta: '<then' }])
  })
})

it('a thought that is never closed is reported, so that no intended answer is lost', () => {
  expect(split('<think>Hm. Hello.')).toEqual({ thought: 'Hm. Hello.', text: '', unclosed: 'Hm. Hello.' })
  expect(split('<think>', ' \n')).toEqual({ thought: '', text: '' })
})

it('it makes no difference where the text is cut, and no word is lost', () => {
  const word = fc.constantFrom('<think>', '</think>', '<thinking>', '\n', '```', '`', ' ', 'a', '<', '</', '~~~', '🦀')
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 10 }), (words, cuts) => {
      const text = words.join('')
      const at = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted((a, b) => a - b)
      const whole = split(text)
      expect(split(...at.slice(1).map((end, n) => text.slice(at[n], end)))).toEqual(whole)
      const letters = (given: string) => given.replaceAll(/<\/?think(ing)?>|\s/g, '').length
      expect(letters(whole.text) + letters(whole.thought)).toBe(letters(text))
    }),
    { numRuns: 500 },
  )
})
