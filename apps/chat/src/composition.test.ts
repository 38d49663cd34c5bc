/** The composition root: one registry, made once, by the one file that owns it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRunRegistry } from '@holdfast/client'
import { createManualEnvironment, createScriptedTransport } from '@holdfast/client/testing'
import { expect, it } from 'vitest'

const HERE = import.meta.dirname

it('S000-31 the page has one registry, and one can be created without a page or a framework', () => {
  const makers = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .flatMap((name) => Array(readFileSync(join(HERE, name), 'utf8').split('createRunRegistry(').length - 1).fill(name))
  expect(makers).toEqual(['main.tsx'])
  expect(typeof document).toBe('undefined')
  const completed: unknown[] = []
  const registry = createRunRegistry({
    transport: createScriptedTransport(),
    environment: createManualEnvironment(),
    onRunCompleted: (...said) => void completed.push(said),
  })
  registry.handles.notifyCompletion({ roomId: 'R1', threadId: 'T1' }, { type: 'succeeded' })
  expect(completed).toHaveLength(1)
  registry.close()
})
