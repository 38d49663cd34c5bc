import { expect, it } from 'vitest'
import { createInterner } from './intern.ts'

it('keeps the first of equal values, and forgets all of them once there are very many', () => {
  const intern = createInterner()
  const owner = { tenantId: 'local', personId: 'a' }
  expect(intern(owner)).toBe(owner)
  expect(intern({ ...owner })).toBe(owner)
  const other = { tenantId: 'local', personId: 'b' }
  expect(intern(other)).toBe(other)
  for (let n = 0; n < 1_000; n++) expect(intern(`room-${n}`)).toBe(`room-${n}`)
  const again = { ...owner }
  expect(intern(again)).toBe(again)
})
