/** The steps of one sub-agent, where events are odd: dropped steps, repeated ids, gaps, restated messages. */
import type { Message } from '@ag-ui/core'
import { expect, it } from 'vitest'
import type { OpenItem } from '../lifecycle/open-item.ts'
import type { SubagentStep } from './subagent.ts'
import { restate, say, type TaggedEvent } from './subagent-events.ts'
import { createSubagentSteps } from './subagent-steps.ts'

const AT = '2026-01-01T00:00:00.000Z'
const LATER = '2026-01-01T00:00:01.000Z'
const NONE = { steps: [], droppedSteps: 0 }
const open = (kind: OpenItem['kind'], id: string): OpenItem => ({
  kind,
  id,
  runId: 'r',
  subagentRunId: 's',
  startedAt: AT,
})
const called = (toolCallId: string): Omit<SubagentStep, 'n'> => ({ at: AT, kind: 'tool', title: 'look', toolCallId })
const many = (count: number) => Array.from({ length: count }, (_, n) => called(`c-${n}`))

it('a text whose step is not kept any more grows nowhere, and neither does one without a step', () => {
  const steps = createSubagentSteps(NONE, [open('text', 'never')])
  steps.grow('text', 'never', 'x')
  steps.open('text', 'm', { at: AT, kind: 'text', text: '', messageId: 'm' })
  steps.grow('text', 'm', 'Hello')
  for (const step of many(200)) steps.add(step)
  steps.grow('text', 'm', ' again')
  const { steps: kept, droppedSteps } = steps.handOut()
  expect(kept).toHaveLength(200)
  expect(droppedSteps).toBe(1)
  expect(kept.some(({ kind }) => kind === 'text')).toBe(false)
})

it('arguments continue in a stored step that has none yet', () => {
  const from = { steps: [{ n: 1, ...called('c') }], droppedSteps: 0 }
  const steps = createSubagentSteps(from, [open('tool_call', 'c')])
  steps.grow('tool_call', 'c', '{}')
  expect(steps.handOut().steps).toEqual([{ n: 1, ...called('c'), input: '{}' }])
})

it('of two calls with one id the newer one is found, also when the older one is dropped', () => {
  const steps = createSubagentSteps(NONE, [])
  steps.add(called('same'))
  steps.add({ ...called('same'), title: 'newer' })
  for (const step of many(199)) steps.add(step)
  expect(steps.get('tool', 'same')).toMatchObject({ n: 2, title: 'newer' })
})

it('one step takes the place of several, and later steps are found behind the gap', () => {
  const steps = createSubagentSteps(NONE, [])
  for (const step of many(4)) steps.add(step)
  steps.replace(({ n }) => n === 1 || n === 3, { at: LATER, kind: 'status', title: 'Interrupted, asked again' })
  const last = steps.get('tool', 'c-3') as SubagentStep
  steps.change(last, { status: 'succeeded' })
  steps.replace(({ n }) => n === 9, { at: LATER, kind: 'status' })
  expect(steps.handOut().steps).toMatchObject([
    { n: 1, kind: 'status' },
    { n: 2, toolCallId: 'c-1' },
    { n: 4, toolCallId: 'c-3', status: 'succeeded' },
  ])
})

it('title, input and text are cut, each to its own length', () => {
  const steps = createSubagentSteps(NONE, [])
  steps.add({ at: AT, kind: 'tool', title: 't'.repeat(300), input: 'i'.repeat(3_000), text: 'x'.repeat(9_000) })
  const [step] = steps.handOut().steps
  expect([step?.title?.length, step?.input?.length, step?.text?.length]).toEqual([200, 2_000, 8_000])
})

it('a snapshot restates what a sub-agent said, called, showed and was asked, each once', () => {
  const steps = createSubagentSteps(NONE, [])
  const messages = [
    { id: 'q', role: 'user', content: 'Look.' },
    { id: 'a', role: 'assistant', toolCalls: [{ id: 'c', type: 'function', function: { name: 7, arguments: '{}' } }] },
    { id: 't', role: 'tool', toolCallId: 'c', content: [{ type: 'text', text: 'Found' }, { type: 'image' }] },
    { id: 'o', role: 'tool', toolCallId: 'odd', content: { not: 'content' } },
    { id: 'p', role: 'activity', activityType: 'plan', content: {} },
    { id: 'p', role: 'activity', activityType: 'plan', content: {} },
    { id: 'p', role: 'activity', activityType: 'done', content: {} },
  ] as unknown as Message[]
  for (const message of messages) restate(steps, message, AT)
  expect(steps.handOut().steps).toMatchObject([
    { kind: 'text', title: 'Prompt', text: 'Look.' },
    { kind: 'tool', title: '', input: '{}', text: 'Found\n[image]', status: 'succeeded' },
    { kind: 'tool', text: '', toolCallId: 'odd' },
    { kind: 'status', title: 'done' },
  ])
})

it('an activity that is shown again changes its step only if it has another name', () => {
  const steps = createSubagentSteps(NONE, [])
  const shown = (activityType: unknown) =>
    say(
      steps,
      { type: 'ACTIVITY_SNAPSHOT', messageId: 'p', activityType, content: {}, subagentRunId: 's' } as TaggedEvent,
      AT,
      undefined,
    )
  shown('plan')
  const before = steps.handOut().steps
  shown('plan')
  expect(steps.handOut().steps).toBe(before)
  shown(7)
  expect(steps.handOut().steps).toMatchObject([{ title: '' }])
})
