/** The states of a sub-agent and of a step as a person reads them. */
import type { Subagent, SubagentStep } from '@holdfast/core'
import type { IconName } from '../design/icon.tsx'

export type AgentState = Subagent['status'] | 'stopping' | 'asks'

export interface Look {
  readonly icon: IconName
  readonly word: string
  /** Of the mark: its colour. */
  readonly status: string
}

export const LOOKS: Record<AgentState, Look> = {
  running: { icon: 'working', word: 'Working', status: 'working' },
  stopping: { icon: 'working', word: 'Stopping…', status: 'working' },
  asks: { icon: 'question', word: 'Needs you', status: 'needs_you' },
  succeeded: { icon: 'done', word: 'Done', status: 'idle' },
  failed: { icon: 'alert', word: 'Failed', status: 'failed' },
  cancelled: { icon: 'stopped', word: 'Stopped', status: 'idle' },
}

export function stateOf({ status, stopping, interruptIds }: Subagent): AgentState {
  if (status !== 'running') return status
  if (stopping) return 'stopping'
  return interruptIds && interruptIds.length > 0 ? 'asks' : 'running'
}

type StepStatus = NonNullable<SubagentStep['status']>

export const STEP_LOOKS: Record<StepStatus, Look> = {
  running: { icon: 'working', word: 'Running', status: 'working' },
  succeeded: { icon: 'done', word: 'Done', status: 'idle' },
  failed: { icon: 'alert', word: 'Failed', status: 'failed' },
}
