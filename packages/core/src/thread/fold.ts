/**
 * The fold: from a thread's log to what a view shows. One envelope in, one immutable snapshot on demand.
 *
 * Owns: the position, which part each event goes to. Does not know: where envelopes come from, who looks, what time it is.
 *
 * Invariants:
 * - I4: `createFold(key, view).apply(rest)` gives the view that the whole log gives, wherever the log was cut.
 * - G3: what was applied before changes nothing, nor does what comes too early: the reader reads again.
 * - G8: an envelope of another thread changes nothing.
 * - `view()` is the same reference until an envelope was accepted; parts that did not change keep their identity.
 * - An event it does not know moves the position and changes nothing else: newer servers may say more.
 */
import type { Event, Message, EventType as Types } from '@ag-ui/core'
import { sameKey, type ThreadKey } from '../key/thread-key.ts'
import type { OpenItem } from '../lifecycle/open-item.ts'
import { type Admission, admit } from '../log/cursor.ts'
import type { AguiEnvelope, ControlEnvelope, Envelope, RunStartedMetadata } from '../log/envelope.ts'
import { createConversation } from './conversation.ts'
import * as EventType from './event-type.ts'
import { messagesIn } from './message.ts'
import { createRunMessages } from './run-messages.ts'
import { createRuns } from './runs.ts'
import { createSharedState } from './shared-state.ts'
import type { ThreadView } from './thread-view.ts'
import { createWriting } from './writing.ts'

export interface ThreadFold {
  /** Of the newest record that it has seen. */
  seq(): number
  /**
   * `foreign`: of another thread, to be dropped and counted. `since`: the envelope stands for the records from there to
   * its own seq, deltas of one message that were joined.
   */
  apply(envelope: Envelope, since?: number): Admission | 'foreign'
  view(): ThreadView
}

export function emptyView(key: ThreadKey): ThreadView {
  return {
    key: { roomId: key.roomId, threadId: key.threadId },
    messages: [],
    open: [],
    state: null,
    runs: [],
    queue: [],
    queuePaused: false,
    interrupts: [],
    subagents: [],
    progress: [],
    superseded: [],
    deleted: false,
    firstSeq: 1,
    seq: 0,
  }
}

/** Continues from a view of the same thread: of a snapshot, of a cache, of a checkpoint. */
export function createFold(key: ThreadKey, from: ThreadView = emptyView(key)): ThreadFold {
  const conversation = createConversation(from.messages)
  const writing = createWriting(conversation, from.open)
  const runs = createRuns(from)
  const own = createRunMessages(conversation, from.runs)
  const shared = createSharedState(conversation, own, from.state)
  let { seq, deleted } = from
  let current: ThreadView | undefined = from

  function open(kind: OpenItem['kind'], id: string, envelope: AguiEnvelope, index?: number): void {
    const { subagentRunId } = envelope.event as { subagentRunId?: string }
    const item: OpenItem = { kind, id, runId: envelope.runId, startedAt: envelope.at }
    writing.open(subagentRunId === undefined ? item : { ...item, subagentRunId }, index)
  }

  /** The types that come by the thousand; `applyRest` has all the others, and the compiler counts them. */
  function applyAgui(envelope: AguiEnvelope): void {
    const { event, runId } = envelope
    // Whatever follows a wait for the provider ends it.
    runs.goesOn(runId)
    switch (event.type) {
      case EventType.TEXT_MESSAGE_CONTENT:
        writing.append('text', event.messageId, event.delta, event.metadata)
        break
      case EventType.TOOL_CALL_ARGS:
        writing.append('tool_call', event.toolCallId, event.delta, event.metadata)
        break
      case EventType.REASONING_MESSAGE_CONTENT:
        writing.append('reasoning', event.messageId, event.delta, event.metadata)
        break
      case EventType.STATE_DELTA:
        shared.patchState(event.delta)
        break
      default:
        if (hasPlainIds(event)) applyRest(envelope, event)
    }
  }

  function applyRest(envelope: AguiEnvelope, event: RestEvent): void {
    const { runId } = envelope
    switch (event.type) {
      case EventType.TEXT_MESSAGE_START: {
        const { messageId, role = 'assistant', name } = event
        const message = { id: messageId, role, content: '', ...(name !== undefined && { name }), ...attributes(event) }
        open('text', messageId, envelope, own.write(runId, message as Message))
        break
      }
      case EventType.TEXT_MESSAGE_END:
        writing.close('text', event.messageId, envelope.at, event.metadata)
        break

      case EventType.TOOL_CALL_START: {
        const call = {
          id: event.toolCallId,
          type: 'function',
          function: { name: event.toolCallName, arguments: '' },
          ...(event.metadata !== undefined && { metadata: event.metadata }),
        } as const
        const index = own.call(runId, call, event.parentMessageId, event.subagentRunId)
        open('tool_call', event.toolCallId, envelope, index)
        break
      }
      case EventType.TOOL_CALL_END:
        writing.close('tool_call', event.toolCallId, envelope.at, event.metadata)
        break
      case EventType.TOOL_CALL_RESULT: {
        const { messageId, toolCallId, content } = event
        own.write(runId, { id: messageId, role: 'tool', toolCallId, content, ...attributes(event) })
        break
      }

      case EventType.REASONING_START:
        open('reasoning_block', event.messageId, envelope)
        break
      case EventType.REASONING_MESSAGE_START: {
        const message = { id: event.messageId, role: 'reasoning', content: '', ...attributes(event) } as const
        open('reasoning', event.messageId, envelope, own.write(runId, message))
        break
      }
      case EventType.REASONING_MESSAGE_END:
        writing.close('reasoning', event.messageId, envelope.at, event.metadata)
        break
      case EventType.REASONING_END:
        writing.close('reasoning_block', event.messageId, envelope.at)
        break
      case EventType.REASONING_ENCRYPTED_VALUE:
        own.encrypt(runId, event)
        break

      case EventType.STATE_SNAPSHOT:
        shared.setState(event.snapshot)
        break
      case EventType.ACTIVITY_SNAPSHOT:
        shared.setActivity(runId, event)
        break
      case EventType.ACTIVITY_DELTA:
        shared.patchActivity(runId, event)
        break
      case EventType.MESSAGES_SNAPSHOT:
        writing.flush()
        own.merge(runId, messagesIn(event.messages))
        writing.reread()
        break

      case EventType.STEP_STARTED:
        open('step', event.stepName, envelope)
        break
      case EventType.STEP_FINISHED:
        writing.close('step', event.stepName, envelope.at, undefined, event.subagentRunId)
        break
      case EventType.SUBAGENT_STARTED:
        open('subagent', event.subagentRunId, envelope)
        break
      case EventType.SUBAGENT_FINISHED:
      case EventType.SUBAGENT_ERROR:
        writing.close('subagent', event.subagentRunId, envelope.at)
        break

      case EventType.RUN_STARTED: {
        const place = event.metadata?.holdfast as RunStartedMetadata | undefined
        const answered = own.start(runId, messagesIn(event.input?.messages), place?.parentId)
        runs.started(runId, envelope.at, answered)
        break
      }
      case EventType.RUN_FINISHED:
        if (event.outcome?.type === 'interrupt') runs.asks(event.outcome.interrupts ?? [])
        runs.usage(runId, event.usage)
        break
      case EventType.RUN_ERROR:
        runs.usage(runId, event.usage)
        break

      // The recorder makes whole events of chunks before they get a seq.
      case EventType.TEXT_MESSAGE_CHUNK:
      case EventType.TOOL_CALL_CHUNK:
      case EventType.REASONING_MESSAGE_CHUNK:
      // What a provider said itself: for readers of the log, nothing to show.
      case EventType.RAW:
        break
      // Of an application's own words only ours are known.
      case EventType.CUSTOM:
        if (event.name === 'holdfast.waiting') runs.waits(runId, event.value)
        break
      default:
        event satisfies never
    }
  }

  function applyControl({ runId = '', event, at }: ControlEnvelope): void {
    switch (event.type) {
      case 'run.accepted':
        runs.accepted(event.run, messagesIn(event.messages))
        break
      case 'run.status':
        runs.status(runId, event.status, event.resumed)
        break
      case 'run.ended':
        writing.closeRun(runId, at)
        own.end(runId)
        runs.ended(runId, event.outcome, at)
        break
      case 'queue.changed':
        runs.queueChanged(event)
        break
      case 'interrupts.resolved':
        runs.resolved(event.interruptIds, event.status ?? 'answered')
        break
      case 'thread.deleted':
        // I8: nothing of it is shown to anyone who still looks.
        deleted = true
        writing.clear()
        conversation.clear()
        runs.clear()
        shared.setState(null)
        break
      // The wish; `run.status` is what became of it.
      case 'run.cancel-requested':
      case 'subagent.cancel-requested':
      case 'subagents.pruned':
      // Title, mute and archive belong to the list's line, not to the conversation.
      case 'thread.changed':
        break
      default:
        event satisfies never
    }
  }

  return {
    seq: () => seq,
    apply(envelope, since = envelope.seq) {
      if (!sameKey(key, envelope)) return 'foreign'
      const admission = admit(seq, since)
      if (admission !== 'accepted') return admission
      seq = envelope.seq
      current = undefined
      if (deleted) return admission
      if (envelope.kind === 'agui') applyAgui(envelope)
      else if (envelope.kind === 'control') applyControl(envelope)
      return admission
    },
    view() {
      if (current !== undefined) return current
      writing.flush()
      current = {
        key: from.key,
        messages: conversation.handOut(),
        open: writing.handOut(),
        state: shared.handOut(),
        ...runs.handOut(),
        subagents: from.subagents,
        progress: from.progress,
        superseded: from.superseded,
        deleted,
        firstSeq: from.firstSeq,
        seq,
      }
      return current
    },
  }
}

type FrequentType =
  | Types.TEXT_MESSAGE_CONTENT
  | Types.TOOL_CALL_ARGS
  | Types.REASONING_MESSAGE_CONTENT
  | Types.STATE_DELTA
type RestEvent = Exclude<Event, { type: FrequentType }>

const IDS = ['messageId', 'toolCallId', 'parentMessageId', 'subagentRunId', 'stepName', 'entityId'] as const

/** What cannot be a name is no event to act on; the recorder lets none through. */
function hasPlainIds(event: Event): boolean {
  const ids = event as Partial<Record<(typeof IDS)[number], unknown>>
  return IDS.every((id) => ids[id] === undefined || typeof ids[id] === 'string')
}

/** What an event says of the message it begins. */
function attributes({
  subagentRunId,
  metadata,
}: Pick<Extract<Event, { messageId: string }>, 'subagentRunId' | 'metadata'>) {
  return {
    ...(subagentRunId !== undefined && { subagentRunId }),
    ...(metadata !== undefined && { metadata }),
  }
}
