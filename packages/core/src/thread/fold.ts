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
import type {
  Attributable,
  CustomEvent,
  Event,
  Message,
  ReasoningMessageContentEvent,
  StateDeltaEvent,
  TextMessageContentEvent,
  ToolCallArgsEvent,
} from '@ag-ui/core'
import { sameKey, type ThreadKey } from '../key/thread-key.ts'
import type { OpenItem } from '../lifecycle/open-item.ts'
import { type Admission, admit } from '../log/cursor.ts'
import type { AguiEnvelope, ControlEnvelope, Envelope, RunStartedMetadata } from '../log/envelope.ts'
import { createConversation } from './conversation.ts'
import { attributes, bracketOf, fieldsOf, hasPlainIds } from './event-fields.ts'
import * as EventType from './event-type.ts'
import { messagesIn } from './message.ts'
import { createProgress } from './progress.ts'
import { createRunMessages } from './run-messages.ts'
import { createRuns } from './runs.ts'
import { createSharedState } from './shared-state.ts'
import { standInFor } from './stand-in.ts'
import { isOfSubagent, type TaggedEvent } from './subagent-events.ts'
import { createSubagents } from './subagents.ts'
import { emptyView, type ThreadView } from './thread-view.ts'
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

/** Continues from a view of the same thread: of a snapshot, of a cache, of a checkpoint. */
export function createFold(key: ThreadKey, from: ThreadView = emptyView(key)): ThreadFold {
  const conversation = createConversation(from.messages)
  const writing = createWriting(conversation, from.open)
  const runs = createRuns(from)
  const own = createRunMessages(conversation, from.runs)
  const shared = createSharedState(conversation, own, from.state)
  const subagents = createSubagents(from.subagents, from.open, runs.isLive)
  const progress = createProgress(from.progress)
  let { seq, deleted, superseded } = from
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
        if (event.subagentRunId !== undefined) subagents.grow(envelope, event, 'text', event.messageId)
        else writing.append('text', event.messageId, event.delta, event.metadata)
        break
      case EventType.TOOL_CALL_ARGS:
        if (event.subagentRunId !== undefined) subagents.grow(envelope, event, 'tool_call', event.toolCallId)
        else writing.append('tool_call', event.toolCallId, event.delta, event.metadata)
        break
      case EventType.REASONING_MESSAGE_CONTENT:
        if (event.subagentRunId !== undefined) subagents.grow(envelope, event, 'reasoning', event.messageId)
        else writing.append('reasoning', event.messageId, event.delta, event.metadata)
        break
      case EventType.STATE_DELTA:
        shared.patchState(event.delta)
        break
      default:
        if (!hasPlainIds(event)) break
        if (isOfSubagent(event)) applyTagged(envelope, event)
        else applyRest(envelope, event)
    }
  }

  /** What a sub-agent writes is in its steps, and what it has open is among the open items. */
  function applyTagged(envelope: AguiEnvelope, event: TaggedEvent): void {
    const bracket = bracketOf(event)
    const closed = bracket && !bracket.opens ? writing.find(bracket.kind, bracket.id, event.subagentRunId) : undefined
    if (bracket?.opens) open(bracket.kind, bracket.id, envelope)
    else close(envelope, event)
    subagents.say(envelope, event, closed)
  }

  function close(envelope: AguiEnvelope, event: Event): void {
    const bracket = bracketOf(event)
    const { subagentRunId } = event as Attributable
    if (bracket) writing.close(bracket.kind, bracket.id, envelope.at, event.metadata, subagentRunId)
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
      case EventType.TOOL_CALL_START: {
        const call = {
          id: event.toolCallId,
          type: 'function',
          function: { name: event.toolCallName, arguments: '' },
          ...(event.metadata !== undefined && { metadata: event.metadata }),
        } as const
        const index = own.call(runId, call, event.parentMessageId)
        open('tool_call', event.toolCallId, envelope, index)
        break
      }
      case EventType.TOOL_CALL_RESULT: {
        const { messageId, toolCallId, content } = event
        own.write(runId, { id: messageId, role: 'tool', toolCallId, content, ...attributes(event) })
        progress.answered(runId, toolCallId)
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
      case EventType.TEXT_MESSAGE_END:
      case EventType.TOOL_CALL_END:
      case EventType.REASONING_MESSAGE_END:
      case EventType.REASONING_END:
      case EventType.STEP_FINISHED:
        close(envelope, event)
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
        restate(envelope, messagesIn(event.messages))
        break

      case EventType.STEP_STARTED:
        open('step', event.stepName, envelope)
        break
      case EventType.SUBAGENT_STARTED:
        open('subagent', event.subagentRunId, envelope)
        subagents.started(envelope, event)
        break
      case EventType.SUBAGENT_FINISHED:
      case EventType.SUBAGENT_ERROR:
        writing.close('subagent', event.subagentRunId, envelope.at)
        subagents.ended(envelope, event)
        break

      case EventType.RUN_STARTED: {
        const place = event.metadata?.holdfast as RunStartedMetadata | undefined
        const answered = own.start(runId, messagesIn(event.input?.messages), placeFor(place?.parentId))
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
        else if (event.name === 'holdfast.budget') runs.spends(runId, event.value)
        else if (event.name === 'holdfast.progress') advance(envelope, event)
        else if (event.name === 'holdfast.superseded') supersede(envelope, event)
        break
      default:
        event satisfies never
    }
  }

  /** A run that was queued may name a message that was superseded before it started. */
  function placeFor(parentId: string | null | undefined): string | null | undefined {
    const holds = (id: string) => conversation.indexOf(id) !== undefined
    return parentId === undefined ? undefined : standInFor(parentId, holds, superseded)
  }

  function restate(envelope: AguiEnvelope, messages: readonly Message[]): void {
    const main = messages.filter(({ subagentRunId }) => subagentRunId === undefined)
    writing.flush()
    own.merge(envelope.runId, main)
    writing.reread()
    for (const message of messages) {
      if (message.subagentRunId !== undefined) subagents.restated(envelope, message.subagentRunId, message)
      else if (message.role === 'tool') progress.answered(envelope.runId, message.toolCallId)
    }
  }

  function advance(envelope: AguiEnvelope, { value, subagentRunId }: CustomEvent): void {
    const { runId, at } = envelope
    const { toolCallId, text } = fieldsOf(value)
    if (typeof toolCallId !== 'string' || typeof text !== 'string') return
    if (subagentRunId !== undefined) subagents.progress(envelope, subagentRunId, toolCallId, text)
    else if (runs.isLive(runId) && conversation.indexOfCall(toolCallId) !== undefined) {
      if (conversation.resultOf(toolCallId)?.runId !== runId) progress.said({ runId, toolCallId, text, at })
    }
  }

  function supersede(envelope: AguiEnvelope, { value, subagentRunId }: CustomEvent): void {
    const { messageIds } = fieldsOf(value)
    if (!Array.isArray(messageIds)) return
    subagents.superseded(envelope, messageIds, subagentRunId)
    if (subagentRunId !== undefined) return
    writing.flush()
    const removed = own.supersede(envelope.runId, messageIds, writing.isOpen)
    if (removed.length === 0) return
    superseded = [...superseded, ...removed]
    writing.reread()
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
        subagents.runEnded(runId, event.outcome, at)
        progress.runEnded(runId)
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
        subagents.clear()
        progress.clear()
        superseded = []
        shared.setState(null)
        break
      case 'subagent.cancel-requested':
        subagents.asked(runId, event.subagentRunId)
        break
      case 'subagents.pruned':
        subagents.pruned(event.ofRun, event.subagentRunIds)
        break
      // The wish; `run.status` is what became of it.
      case 'run.cancel-requested':
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
      const ofRuns = runs.handOut()
      // Each property is named: a spread costs more than all the rest of a view.
      const view = {
        key: from.key,
        messages: conversation.handOut(),
        open: writing.handOut(),
        state: shared.handOut(),
        runs: ofRuns.runs,
        queue: ofRuns.queue,
        queuePaused: ofRuns.queuePaused,
        interrupts: ofRuns.interrupts,
        subagents: subagents.handOut(),
        progress: progress.handOut(),
        superseded,
        deleted,
        firstSeq: from.firstSeq,
        seq,
      }
      current = ofRuns.queueHeldBy === undefined ? view : { ...view, queueHeldBy: ofRuns.queueHeldBy }
      return current
    },
  }
}

type DeltaEvent = TextMessageContentEvent | ToolCallArgsEvent | ReasoningMessageContentEvent
type RestEvent = Exclude<Event, DeltaEvent | StateDeltaEvent>
