import { expect, it } from 'vitest'
import { isProblem, PROBLEM_CONTENT_TYPE, PROBLEM_STATUS } from './problem.ts'

it('every code has an error status', () => {
  for (const [code, status] of Object.entries(PROBLEM_STATUS)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
  }
})

it('a problem is distinguished from every other answer of a server or a proxy', () => {
  const problem = { type: 'about:blank', title: 'x', status: 409, code: 'run_active', detail: 'y' }
  expect(isProblem(problem)).toBe(true)
  expect(isProblem(JSON.parse(JSON.stringify(problem)))).toBe(true)
  for (const other of [null, undefined, 'x', [], {}, { status: 409 }, { ...problem, status: '409' }]) {
    expect(isProblem(other)).toBe(false)
  }
  for (const code of ['nope', 'toString', '__proto__', 7]) expect(isProblem({ ...problem, code })).toBe(false)
})

it('a problem has the media type of RFC 9457', () => {
  expect(PROBLEM_CONTENT_TYPE).toBe('application/problem+json')
})
