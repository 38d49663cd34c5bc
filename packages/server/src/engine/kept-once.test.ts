import { expect, it } from 'vitest'
import { createKeptOnce } from './kept-once.ts'

it('of equal values the first is kept, of others each; of very many it forgets, and answers the same', () => {
  const keptOnce = createKeptOnce()
  const owner = { tenantId: 'local', personId: 'a' }
  expect(keptOnce(owner)).toBe(owner)
  expect(keptOnce({ ...owner })).toBe(owner)
  const other = { tenantId: 'local', personId: 'b' }
  expect(keptOnce(other)).toBe(other)
  for (let n = 0; n < 1_000; n++) expect(keptOnce(`room-${n}`)).toBe(`room-${n}`)
  const again = { ...owner }
  expect(keptOnce(again)).toBe(again)
})
