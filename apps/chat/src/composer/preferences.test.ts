import { expect, test, vi } from 'vitest'
import { createPreferences } from './preferences.ts'

function storage(): Pick<Storage, 'getItem' | 'setItem'> {
  const items = new Map<string, string>()
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value) }
}

test('an agent is remembered for its room alone, also by the next page of this browser', () => {
  const here = storage()
  createPreferences(() => here).rememberAgent('models', 'model')
  const next = createPreferences(() => here)
  expect([next.agentOf('models'), next.agentOf('default')]).toEqual(['model', undefined])
})

test('a browser that refuses to store remembers until the page is left', () => {
  const preferences = createPreferences(() => {
    throw new Error('Refused.')
  })
  expect(preferences.agentOf('models')).toBe(undefined)
  preferences.rememberAgent('models', 'model')
  expect(preferences.agentOf('models')).toBe('model')
})

test('everything on the page that shows the choice hears of a new one', () => {
  const here = storage()
  const preferences = createPreferences(() => here)
  const listener = vi.fn(() => preferences.agentOf('models'))
  const stop = preferences.subscribe(listener)
  preferences.rememberAgent('models', 'model')
  stop()
  preferences.rememberAgent('models', 'demo')
  expect(listener.mock.results).toEqual([{ type: 'return', value: 'model' }])
})
