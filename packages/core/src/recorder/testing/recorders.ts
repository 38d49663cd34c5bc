/** A recorder for tests, a message to record with it, and helpers that read its output. */
import { expect } from 'vitest'
import type { Outcome } from '../../lifecycle/outcome.ts'
import { DEFAULT_RECORDER_LIMITS, type RecorderLimits } from '../limits.ts'
import { createRecorder, type Recorder } from '../recorder.ts'

export const SUCCEEDED: Outcome = { type: 'succeeded' }
export const start = { type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant' }
export const say = (delta: string, messageId = 'm1') => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
export const stop = { type: 'TEXT_MESSAGE_END', messageId: 'm1' }

/** Its run was given the message `q1`. */
export function recorderOf(limits: Partial<RecorderLimits> = {}): Recorder {
  const messages = [{ id: 'q1', role: 'user' as const, content: 'Why?' }]
  const input = { threadId: 't1', runId: 'r1', messages }
  return createRecorder({ input, limits: { ...DEFAULT_RECORDER_LIMITS, ...limits } })
}

/** @throws where one of them is not recorded */
export function recordAll(recorder: Recorder, events: readonly unknown[]): void {
  for (const event of events) expect(recorder.record(event)).toEqual({ type: 'recorded' })
}

export const parsed = (json: readonly string[]) => json.map((one) => JSON.parse(one) as Record<string, unknown>)
export const typesOf = (json: readonly string[]) => parsed(json).map(({ type }) => type)
