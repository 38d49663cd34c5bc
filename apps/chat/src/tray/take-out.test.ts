import { createRunRegistry } from '@holdfast/client'
import { createManualEnvironment, createManualShared, createScriptedTransport, problem } from '@holdfast/client/testing'
import type { ThreadKey } from '@holdfast/core'
import { expect, test } from 'vitest'
import { createDrafts } from '../composer/drafts.ts'
import { takeOut } from './take-out.ts'

const KEY: ThreadKey = { roomId: 'R1', threadId: 'T1' }

/** One run is live, two are queued behind it, and a draft exists. */
async function setUp() {
  const transport = createScriptedTransport()
  const registry = createRunRegistry({ transport, environment: createManualEnvironment() })
  const drafts = createDrafts({ ...createManualEnvironment(), shared: createManualShared().page(), now: () => 0 })
  for (const [runId, content] of Object.entries({ a: 'First', b: 'Second', c: 'Third' })) {
    const messages = [{ id: `${runId}-question`, role: 'user' as const, content }]
    await transport.ask('start', [KEY, { runId, messages, onBusy: 'enqueue' }])
  }
  drafts.write('R1/T1', 'since')
  const { cancel } = registry
  const parts = { cancel, drafts, waiting: async (key: ThreadKey) => transport.view(key).queue }
  const cancelled = () => transport.asked.flatMap((each) => (each.type === 'cancelRun' ? [each.runId] : []))
  return { transport, drafts, cancelled, takeOut: () => takeOut(KEY, parts) }
}

test('the queue of a thread that was never opened is removed from its end, and its text is in that thread’s message box', async () => {
  const { transport, drafts, cancelled, takeOut } = await setUp()
  await takeOut()
  expect(cancelled()).toEqual(['c', 'b'])
  expect(transport.view(KEY).queue).toEqual([])
  expect(transport.view(KEY).runs.map(({ status }) => status)).toEqual(['running', 'cancelled', 'cancelled'])
  expect(drafts.read('R1/T1')).toBe('Second\nThird\nsince')
})

test('messages that could not be removed stay queued, and their text is nowhere else', async () => {
  const { transport, drafts, takeOut } = await setUp()
  const fault = problem('storage_full')
  const { cancelRun } = transport.answers
  transport.answers.cancelRun = (key, runId, reason) => {
    if (runId === 'b') transport.next('cancelRun', { type: 'fault', fault })
    return cancelRun(key, runId, reason)
  }
  await expect(takeOut()).rejects.toThrow()
  expect(transport.view(KEY).queue.map(({ run }) => run.runId)).toEqual(['b'])
  expect(drafts.read('R1/T1')).toBe('Third\nsince')
})
