/** What an agent does next, from its progress alone. Pure. */
import type { AgentProgress, Call, Step } from './progress.ts'

export type Next =
  /** A model call was interrupted: close it and mark it superseded. */
  | { readonly type: 'supersede'; readonly step: Step }
  /** Ask the model; `step` is the name of the step. */
  | { readonly type: 'ask'; readonly step: string }
  /** Make the calls that have no result yet. */
  | { readonly type: 'call'; readonly step: Step; readonly calls: readonly Call[] }
  /** The model's last words call no tool. */
  | { readonly type: 'done'; readonly text: string }
  /** The model may not be asked again. */
  | { readonly type: 'step_limit' }

/** `maxSteps`: of one run, however many runs the agent has been asked in. */
export function nextOf({ steps, before }: AgentProgress, maxSteps: number): Next {
  const last = steps.at(-1)
  if (last?.status === 'open') return { type: 'supersede', step: last }
  const isComplete = ({ status }: Step) => status === 'complete'
  const newest = steps.findLast(isComplete)
  if (newest) {
    const calls = newest.calls.filter(({ result }) => !result)
    if (calls.length > 0) return { type: 'call', step: newest, calls }
    if (newest.calls.length === 0) return { type: 'done', text: newest.messages.map(({ text }) => text).join('\n\n') }
  }
  if (steps.slice(before).filter(isComplete).length >= maxSteps) return { type: 'step_limit' }
  return { type: 'ask', step: `model call ${steps.length + 1}` }
}
