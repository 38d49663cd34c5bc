/**
 * The message box of one thread: its draft, its agent, and what its button does now.
 *
 * Does not know: what the conversation shows; which text returns to the draft (`use-returned-words.ts`).
 */
import type { Activity, FailedStart, StartIntent, ThreadQueue } from '@holdfast/client'
import type { QueueHold, ThreadKey } from '@holdfast/core'
import { keyString } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useState } from 'react'
import { layer, layerPart } from '../frame/layer.tsx'
import { AgentPicker } from './agent-picker.tsx'
import { Composer, type ComposerMode } from './composer.tsx'
import { Trouble } from './trouble.tsx'
import { useAgent } from './use-agent.ts'
import { useDraft } from './use-draft.ts'
import { useDrafts } from './use-drafts.ts'
import { useStop } from './use-stop.ts'

const Queue = layer(layerPart(() => import('../queue/queue.tsx')))

interface ThreadComposerProps {
  readonly threadKey: ThreadKey
  readonly activity: Activity
  readonly failedStart: FailedStart | undefined
  readonly queue: ThreadQueue
  /** What paused it, if no person did. */
  readonly heldBy: QueueHold | undefined
  /** Who answered last. */
  readonly answeredBy: string | undefined
  /** The message that the new one follows; the end of the thread, if undefined. */
  readonly parentId: string | undefined
}

const MODES: Record<Activity['type'], ComposerMode> = {
  idle: 'send',
  starting: 'stop',
  active: 'stop',
  cancelling: 'stopping',
}

export function ThreadComposer(props: ThreadComposerProps) {
  const { threadKey, activity, failedStart, queue, heldBy, answeredBy, parentId } = props
  const registry = useRegistry()
  const drafts = useDrafts()
  const place = keyString(threadKey)
  const draft = useDraft(place)
  const agent = useAgent({ ...threadKey, answeredBy })
  const { stop, trouble, forgive } = useStop(threadKey, activity)

  // Once shown, the queue stays mounted: an edit in progress survives the last message leaving it.
  const [queueWasShown, setQueueWasShown] = useState(false)
  if (queue.items.length > 0 && !queueWasShown) setQueueWasShown(true)

  function send(text: string, onBusy?: StartIntent['onBusy']): void {
    forgive()
    const named = agent.unsent !== undefined && { agentId: agent.unsent }
    const branch = parentId !== undefined && { parentId }
    registry.start(threadKey, { text, ...named, ...branch, ...(onBusy && { onBusy }) })
    drafts.write(place, '')
  }

  const notice = failedStart?.error ? (
    <Trouble text={`Not sent. ${failedStart.error.message}`} dismiss={() => registry.dismissFailedStart(threadKey)} />
  ) : (
    trouble && <Trouble text={`Couldn’t stop: still running. ${trouble}`} dismiss={forgive} />
  )
  return (
    <Composer
      mode={MODES[activity.type]}
      draft={draft}
      notice={
        <>
          {queueWasShown && <Queue threadKey={threadKey} queue={queue} activity={activity} heldBy={heldBy} />}
          {notice}
        </>
      }
      write={(text) => drafts.write(place, text)}
      send={send}
      whileBusy={{ queue: (text) => send(text, 'enqueue'), replace: (text) => send(text, 'supersede') }}
      stop={stop}
    >
      <AgentPicker {...agent} />
    </Composer>
  )
}
