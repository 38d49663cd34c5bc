/** Under a thread of the tray: the questions to answer there, and the sub-agents that run. Looking follows the thread. */
import { keyString, type Subagent, type ThreadKey } from '@holdfast/core'
import { useThread } from '@holdfast/react'
import { useMemo } from 'react'
import { Questions } from '../questions/lazy-questions.tsx'
import { Subagents } from '../subagents/lazy-subagents.tsx'

const NONE: readonly Subagent[] = []

export function TrayMore({ threadKey }: { readonly threadKey: ThreadKey }) {
  const { content, answering, failedStart } = useThread(threadKey)
  const view = content.type === 'ready' ? content.view : undefined
  const all = view?.subagents ?? NONE
  const running = useMemo(() => all.filter(({ status }) => status === 'running'), [all])
  const asks = view !== undefined && (view.interrupts.length > 0 || failedStart?.answers !== undefined)
  if (!asks && running.length === 0) return null
  return (
    <li className="tray-more" data-more={keyString(threadKey)}>
      {asks && (
        <Questions
          threadKey={threadKey}
          interrupts={view.interrupts}
          answering={answering}
          failedStart={failedStart}
          box={false}
        />
      )}
      {running.length > 0 && <Subagents threadKey={threadKey} agents={running} />}
    </li>
  )
}
