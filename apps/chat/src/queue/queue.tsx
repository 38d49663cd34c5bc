/** The queue behind the live run: in order, each message to edit, move, send now or remove; and its pause. */
import { type Activity, isBusy, type ThreadQueue } from '@holdfast/client'
import type { QueueHold, ThreadKey } from '@holdfast/core'
import { useState } from 'react'
import { Trouble } from '../composer/trouble.tsx'
import { waitingWords } from '../conversation/waiting-words.ts'
import { Button } from '../design/button.tsx'
import { EditField } from '../design/edit-field.tsx'
import { Icon } from '../design/icon.tsx'
import { type Connection, FINE } from '../frame/connection.ts'
import { useDrag } from './use-drag.ts'
import { useQueue } from './use-queue.ts'
import { WaitingRow } from './waiting-row.tsx'

interface QueueProps {
  readonly threadKey: ThreadKey
  readonly queue: ThreadQueue
  readonly activity: Activity
  /** What paused it, if no person did. */
  readonly heldBy: QueueHold | undefined
  readonly connection?: Connection
}

export default function Queue({ threadKey, queue, activity, heldBy, connection = FINE }: QueueProps) {
  const { items, paused } = queue
  const hand = useQueue(threadKey, queue)
  const [said, setSaid] = useState('')
  const { editing, trouble } = hand
  const count = items.length === 1 ? '1 queued message' : `${items.length} queued messages`
  const held = paused && !editing?.holds

  function move(runId: string, to: number): void {
    if (to < 0 || to >= items.length) return
    hand.move(runId, to)
    setSaid(`Moved to ${to + 1} of ${items.length}`)
  }
  const drag = useDrag(
    items.map(({ runId }) => runId),
    move,
  )

  return (
    <>
      {items.length > 0 && (
        <section className="queue" aria-label="Queued messages" data-paused={held || undefined}>
          <header className="queue-head">
            <Icon name={held ? 'pause' : 'queued'} />
            <p className="queue-words" role="status">
              <strong>{held ? `${isBusy(activity) ? 'Paused' : 'Paused: needs you'}. ${count}.` : count}</strong>{' '}
              {held ? WHY_HELD[heldBy ?? 'person'] : ''}
              {editing?.holds && ' Paused while you edit.'}
            </p>
            {items.length > 1 && (
              <Button look="quiet" onClick={() => hand.remove(items.map(({ runId }) => runId))}>
                Remove all
              </Button>
            )}
            {!editing && (
              <Button {...(!held && { look: 'quiet' })} onClick={() => hand.pause(!paused)}>
                <Icon name={held ? 'resume' : 'pause'} />
                {held ? 'Resume' : 'Pause'}
              </Button>
            )}
          </header>
          <ol ref={drag.list} className="queue-list" data-carrying={drag.carrying || undefined}>
            {items.map((item, at) =>
              editing?.runId === item.runId ? (
                <li key={item.runId} className="queue-row" {...drag.lineOf(item.runId, at)}>
                  <EditField
                    label="Edit queued message"
                    text={editing.text}
                    write={hand.write}
                    save={hand.save}
                    leave={hand.leave}
                  />
                </li>
              ) : (
                <WaitingRow
                  key={item.runId}
                  item={item}
                  unsent={waitingWords('starting', connection)}
                  place={at + 1}
                  of={items.length}
                  edit={() => hand.edit(item.runId, item.text)}
                  grip={drag.gripOf(item.runId)}
                  line={drag.lineOf(item.runId, at)}
                  move={(by) => move(item.runId, at + by)}
                  sendNow={() => hand.sendNow(item.runId)}
                  remove={() => hand.remove([item.runId])}
                />
              ),
            )}
          </ol>
          <p className="said" role="status">
            {said}
          </p>
        </section>
      )}
      {trouble && <Trouble text={trouble} dismiss={hand.forgive} />}
    </>
  )
}

const WHY_HELD: Record<QueueHold | 'person', string> = {
  failure: 'The last run failed. Retry it, or resume the queue.',
  stop: 'The last run was stopped. Nothing starts until you resume.',
  person: 'Nothing starts until you resume.',
}
