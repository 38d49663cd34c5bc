/**
 * The message box of one thread: its draft, its agent, and what its button does now.
 *
 * Does not know: what the conversation shows; which text returns to the draft (`use-returned-words.ts`).
 */
import type { Activity, Answers, FailedStart, StartIntent, ThreadQueue } from '@holdfast/client'
import type { ThreadKey, ThreadView } from '@holdfast/core'
import { keyString } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useMemo, useState } from 'react'
import { waitingWords } from '../conversation/waiting-words.ts'
import type { Connection } from '../frame/connection.ts'
import { layer, layerPart } from '../frame/layer.tsx'
import { createPart } from '../parts/part.ts'
import { Questions } from '../questions/lazy-questions.tsx'
import { meaningOf } from '../questions/meaning.ts'
import { questionOf } from '../questions/question.ts'
import { useServices } from '../services.ts'
import { AgentPicker } from './agent-picker.tsx'
import { Composer, type ComposerMode } from './composer.tsx'
import { Trouble } from './trouble.tsx'
import { useAgent } from './use-agent.ts'
import { useDraft } from './use-draft.ts'
import { useDrafts } from './use-drafts.ts'
import { useStop } from './use-stop.ts'

const Queue = layer(layerPart(() => import('../queue/queue.tsx')))
/** Only builds without a server need it. */
const LeavingNote = layer(createPart(() => import('./leaving-note.tsx')))

interface ThreadComposerProps {
  readonly threadKey: ThreadKey
  readonly activity: Activity
  readonly failedStart: FailedStart | undefined
  /** Absent until the thread is known. */
  readonly view: Pick<ThreadView, 'interrupts' | 'runs' | 'queueHeldBy'> | undefined
  readonly answering: Answers | undefined
  readonly queue: ThreadQueue
  /** Who answered last. */
  readonly answeredBy: string | undefined
  /** The message that the new one follows; the end of the thread, if undefined. */
  readonly parentId: string | undefined
  readonly connection: Connection
}

const MODES: Record<Activity['type'], ComposerMode> = {
  idle: 'send',
  starting: 'stop',
  active: 'stop',
  cancelling: 'stopping',
}

const NONE: ThreadView['interrupts'] = []

export function ThreadComposer(props: ThreadComposerProps) {
  const { threadKey, activity, failedStart, queue, view, answering, answeredBy, parentId, connection } = props
  const registry = useRegistry()
  const drafts = useDrafts()
  const { leaving } = useServices()
  const place = keyString(threadKey)
  const draft = useDraft(place)
  const agent = useAgent({ ...threadKey, answeredBy })
  const { stop, trouble, forgive } = useStop(threadKey, activity)

  // Once shown, the queue stays mounted: an edit in progress survives the last message leaving it.
  const [queueWasShown, setQueueWasShown] = useState(false)
  if (queue.items.length > 0 && !queueWasShown) setQueueWasShown(true)

  const interrupts = view?.interrupts ?? NONE
  const questions = useMemo(() => interrupts.map(questionOf), [interrupts])
  const meaning = meaningOf(questions, draft)
  // Once shown they stay mounted, so that they can say what became of a question.
  const [askedBefore, setAskedBefore] = useState(false)
  const asks = questions.length > 0 || failedStart?.answers !== undefined
  if (asks && !askedBefore) setAskedBefore(true)

  function send(text: string, onBusy?: StartIntent['onBusy']): void {
    forgive()
    const named = agent.unsent !== undefined && { agentId: agent.unsent }
    const branch = parentId !== undefined && { parentId }
    registry.start(threadKey, { text, ...named, ...branch, ...(onBusy && { onBusy }) })
    drafts.write(place, '')
  }

  function sendOrAnswer(text: string): void {
    if (meaning?.type !== 'answer') send(text, meaning && 'enqueue')
    else {
      forgive()
      registry.answer(threadKey, meaning.answers)
      drafts.write(place, '')
    }
  }

  const notice =
    failedStart?.error && !failedStart.answers ? (
      <Trouble text={`Not sent. ${failedStart.error.message}`} dismiss={() => registry.dismissFailedStart(threadKey)} />
    ) : (
      trouble && <Trouble text={`Couldn’t stop: still running. ${trouble}`} dismiss={forgive} />
    )
  return (
    <Composer
      mode={MODES[activity.type]}
      draft={draft}
      unsent={waitingWords(activity.type, connection)}
      notice={
        <>
          {(asks || askedBefore) && (
            <Questions
              threadKey={threadKey}
              interrupts={interrupts}
              resolved={resolutionIn(view)}
              answering={answering}
              failedStart={failedStart}
              box
            />
          )}
          {queueWasShown && <Queue {...{ threadKey, queue, activity, connection }} heldBy={view?.queueHeldBy} />}
          {leaving && <LeavingNote threadKey={threadKey} leaving={leaving} />}
          {notice}
        </>
      }
      write={(text) => drafts.write(place, text)}
      meaning={meaning}
      send={sendOrAnswer}
      whileBusy={{ queue: (text) => send(text, 'enqueue'), replace: (text) => send(text, 'supersede') }}
      stop={stop}
    >
      <AgentPicker {...agent} />
    </Composer>
  )
}

/** How the last questions were resolved. */
function resolutionIn(view: ThreadComposerProps['view']) {
  const asker = view?.runs.findLast(({ status }) => status === 'interrupted')
  return asker && 'resolved' in asker ? asker.resolved : undefined
}
