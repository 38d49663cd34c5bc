/**
 * The composer of one thread: its draft, its agent, and what its button does now.
 *
 * Owns: giving words back that could not be sent. Does not know: what the conversation shows.
 */
import type { Activity, FailedStart } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { keyString } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useEffect } from 'react'
import { useServices } from '../services.ts'
import { AgentPicker } from './agent-picker.tsx'
import { Composer, type ComposerMode } from './composer.tsx'
import { Trouble } from './trouble.tsx'
import { useAgent } from './use-agent.ts'
import { useDraft } from './use-draft.ts'
import { useStop } from './use-stop.ts'

interface ThreadComposerProps {
  readonly threadKey: ThreadKey
  readonly activity: Activity
  readonly failedStart: FailedStart | undefined
}

const MODES: Record<Activity['type'], ComposerMode> = {
  idle: 'send',
  starting: 'stop',
  active: 'stop',
  cancelling: 'stopping',
}

export function ThreadComposer({ threadKey, activity, failedStart }: ThreadComposerProps) {
  const registry = useRegistry()
  const { drafts } = useServices()
  const place = keyString(threadKey)
  const draft = useDraft(place)
  const { agents, chosen, choose } = useAgent(threadKey.roomId)
  const { stop, trouble, forgive } = useStop(threadKey, activity)

  useEffect(() => {
    if (!failedStart) return
    drafts.giveBackOnce(place, failedStart.runId, failedStart.text)
    if (!failedStart.error) registry.dismissFailedStart(threadKey)
  }, [failedStart, drafts, place, registry, threadKey])

  function send(text: string): void {
    forgive()
    registry.start(threadKey, { text, ...(chosen !== undefined && { agentId: chosen }) })
    drafts.write(place, '')
  }

  const notice = failedStart?.error ? (
    <Trouble text={`Not sent. ${failedStart.error.message}`} dismiss={() => registry.dismissFailedStart(threadKey)} />
  ) : (
    trouble && <Trouble text={`Not stopped: it goes on. ${trouble}`} dismiss={forgive} />
  )
  return (
    <Composer
      mode={MODES[activity.type]}
      draft={draft}
      notice={notice}
      write={(text) => drafts.write(place, text)}
      send={send}
      stop={stop}
    >
      <AgentPicker agents={agents} chosen={chosen} choose={choose} />
    </Composer>
  )
}
