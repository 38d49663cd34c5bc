import type { Keep } from '@holdfast/client'
import { expect, test, vi } from 'vitest'
import { createAgentChoices } from './agent-choices.ts'

function keepIn(kept = new Map<string, string>()): Keep {
  return {
    read: (name) => kept.get(name),
    write: (name, text) => void kept.set(name, text),
    remove: (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  }
}

test('a choice belongs to one conversation and survives a reload until the server stores it', () => {
  const kept = new Map<string, string>()
  const choices = createAgentChoices(keepIn(kept))
  choices.choose('default/b', 'model')
  expect([choices.of('default/a'), choices.of('default/b'), choices.of('default/')]).toEqual([
    undefined,
    'model',
    undefined,
  ])
  expect(createAgentChoices(keepIn(kept)).of('default/b')).toBe('model')
  choices.forget('default/b')
  expect([choices.of('default/b'), kept.size]).toEqual([undefined, 0])
})

test('listeners receive each change until they unsubscribe, and nothing for unchanged choices', () => {
  const choices = createAgentChoices(keepIn())
  const listener = vi.fn()
  const stop = choices.subscribe(listener)
  choices.forget('default/a')
  choices.choose('default/a', 'model')
  stop()
  stop()
  choices.choose('default/a', 'demo')
  expect(listener).toHaveBeenCalledTimes(1)
})
