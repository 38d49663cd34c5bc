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

export function nextOf({ steps }: AgentProgress, maxSteps: number): Next {
  const last = steps.at(-1)
  if (last?.status === 'open') return { type: 'supersede', step: last }
  const complete = steps.filter(({ status }) => status === 'complete')
  const newest = complete.at(-1)
  if (newest) {
    const calls = newest.calls.filter(({ result }) => !result)
    if (calls.length > 0) return { type: 'call', step: newest, calls }
    if (newest.calls.length === 0) return { type: 'done', text: newest.messages.map(({ text }) => text).join('\n\n') }
  }
  if (complete.length >= maxSteps) return { type: 'step_limit' }
  return { type: 'ask', step: `model call ${steps.length + 1}` }
}
