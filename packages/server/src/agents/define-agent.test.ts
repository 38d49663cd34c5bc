import { expect, it } from 'vitest'
import { defineAgent } from './define-agent.ts'

async function* run() {}

it('makes an agent from a function, with its description and what may happen to its runs after a crash', () => {
  const definition = { id: 'a', run }
  expect(defineAgent(definition)).toMatchObject({ id: 'a', title: 'a', afterCrash: 'fail' })
  expect(defineAgent({ ...definition, title: 'A', description: 'd' })).toMatchObject({ title: 'A', description: 'd' })
  expect(defineAgent({ ...definition, restartable: true }).afterCrash).toBe('restart')
  expect(defineAgent({ ...definition, restartable: true, resumable: true }).afterCrash).toBe('resume')
})

it('keeps `this` for definitions that are live objects', async () => {
  const definition = {
    id: 'a',
    refuses: 'no',
    check() {
      return { type: 'invalid' as const, message: this.refuses }
    },
    run() {
      return (async function* () {})()
    },
  }
  expect(defineAgent(definition).check?.({})).toEqual({ type: 'invalid', message: 'no' })
})

it('refuses an invalid definition at once', () => {
  expect(() => defineAgent({ id: 'a b', run })).toThrow('"a b" is not 1–128')
  expect(() => defineAgent({ id: 'a' } as never)).toThrow('"a" has no function `run`')
})
