/** The state of a thread by shape and word; colour only repeats it. Nothing for an idle one. */
import type { ThreadStatus } from '@holdfast/core'
import { Icon, type IconName } from '../frame/icon.tsx'

const MARKS: Record<Exclude<ThreadStatus, 'idle'>, { readonly icon: IconName; readonly word: string }> = {
  needs_you: { icon: 'question', word: 'Needs you' },
  working: { icon: 'working', word: 'Working' },
  queued: { icon: 'queued', word: 'Queued' },
  failed: { icon: 'alert', word: 'Failed' },
}

export function StatusMark({ status }: { readonly status: ThreadStatus }) {
  if (status === 'idle') return null
  const { icon, word } = MARKS[status]
  return (
    <span className="mark" data-status={status}>
      <Icon name={icon} turning={status === 'working'} />
      {word}
    </span>
  )
}
