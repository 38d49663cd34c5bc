import { describe, expect, it } from 'vitest'
import { aloud, spokenUpTo } from './sentences.ts'

describe('the spoken part of growing text', () => {
  it('is empty before a sentence has ended', () => {
    expect(spokenUpTo('The tide is', false)).toBe(0)
    expect(spokenUpTo('The tide is 3.', false)).toBe(0)
  })

  it('is every sentence that another text follows; a decimal point does not end one', () => {
    const text = 'High at 3.5 m. Low at noon! And th'
    expect(text.slice(0, spokenUpTo(text, false))).toBe('High at 3.5 m. Low at noon!')
  })

  it('includes a finished paragraph without a full stop', () => {
    expect(spokenUpTo('A heading\n\nAnd', false)).toBe('A heading\n\n'.length)
  })

  it('is all of the text once the answer is complete', () => {
    expect(spokenUpTo('No full stop', true)).toBe('No full stop'.length)
  })

  it('contains no signs that only the eye reads', () => {
    expect(aloud('### **Bold** and `code`\n> quoted\n```ts\nx()\n```')).toBe('Bold and code quoted (code)')
  })
})
