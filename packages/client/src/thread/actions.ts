/**
 * What a person can ask of a thread, turned into events of its model.
 *
 * Owns: what is refused at once, and the promises that are given back. Does not know: what follows from an event.
 */
import { newestLeaf, type Run, type ThreadView } from '@holdfast/core'
import type { Access } from '../access/access.ts'
import type { Environment } from '../environment/port.ts'
import { isBusy } from './activity.ts'
import type { Effects } from './effects.ts'
import type { Effect } from './event.ts'
import type { GivenUp } from './given-up.ts'
import type { Answers, StartIntent, StartTicket } from './port.ts'
import { edited } from './queue.ts'
import type { QueueWish } from './queue-change.ts'
import { RegistryError } from './registry-error.ts'
import { defined } from './request.ts'
import type { ThreadStore } from './store.ts'
import type { StoredCommand } from './stored-commands.ts'

type Post = Extract<Effect, { type: 'post' }>

export interface Actions {
  start(asked: StartIntent): StartTicket
  retry(runId: string, agentId?: string): StartTicket
  continueFrom(messageId: string): StartTicket
  /** Answers every open question at once. */
  answer(answers: Answers): StartTicket
  /** Without a run: whatever is live. */
  cancel(runId: string | undefined, reason: string | undefined): Promise<void>
  cancelSubagent(subagentRunId: string): Promise<void>
  editQueued(runId: string, text: string): Promise<void>
  changeQueue(wish: QueueWish): Promise<void>
  /** Continues with a command of an earlier page. */
  restore(stored: StoredCommand): void
}

export interface ActionsContext {
  readonly store: ThreadStore
  readonly effects: Effects
  readonly environment: Environment
  readonly access: Access
  readonly givenUp: GivenUp
  view(): ThreadView | undefined
  /** Whether the log is at hand: a run that it does not show is not live. */
  isLive(): boolean
}

export function createActions(context: ActionsContext): Actions {
  const { store, effects, environment, access, givenUp, view, isLive } = context
  const { mintId } = environment
  const leaf = () => newestLeaf(view()?.messages ?? [])
  const signedOut = () => access.snapshot() === 'signed-out'
  let changes = 0

  function start(asked: StartIntent): StartTicket {
    if (isBusy(store.model.activity) && asked.onBusy === undefined) {
      throw new RegistryError('busy', 'A run is going on in this thread. Wait for it, or stop it first.')
    }
    const ids = { message: mintId(), run: mintId() }
    const at = environment.clock.now()
    const caused = store.dispatch({ type: 'start', asked, ids, leaf: leaf(), at, signedOut: signedOut() })
    // Each start is sent at once.
    const { runId, messages } = (caused.find(({ type }) => type === 'post') as Post).body
    const accepted = effects.posting.answer(runId) as Promise<Run>
    return { runId, messageIds: messages.map(({ id }) => id), accepted }
  }

  async function changeQueue(wish: QueueWish): Promise<void> {
    changes += 1
    store.dispatch({ type: 'change-queue', id: changes, wish })
    await effects.changing.newest
  }

  return {
    start,
    retry(runId, agentId) {
      const run = view()?.runs.find((each) => each.runId === runId)
      if (!run) throw new RegistryError('unknown_run', 'This run is not known here. Open its thread and try again.')
      const { parentId } = run
      return start({ messages: [], agentId: agentId ?? run.agentId, ...defined({ parentId }) })
    },
    continueFrom(messageId) {
      // The agent that wrote the message continues; a message that no agent wrote is answered by the room's agent.
      const writer = view()?.messages.find(({ id }) => id === messageId)?.runId
      const run = view()?.runs.find(({ runId }) => runId === writer)
      return start({ messages: [], parentId: messageId, ...(run && { agentId: run.agentId }) })
    },
    answer(answers) {
      const asker = view()?.runs.findLast(({ status }) => status === 'interrupted')
      return start({ messages: [], resume: answers, ...(asker && { agentId: asker.agentId }) })
    },
    async cancel(asked, reason) {
      const { activity } = store.model
      const runId = asked ?? (isBusy(activity) ? activity.runId : undefined)
      if (runId === undefined) return isLive() ? undefined : effects.cancelling.cancelLive(reason)
      store.dispatch({ type: 'cancel', runId, reason, signedOut: signedOut() })
      return effects.cancelling.answer(runId)
    },
    cancelSubagent: effects.cancelling.cancelSubagent,
    editQueued: (runId, text) =>
      changeQueue({ type: 'edit', runId, text, messages: edited(store.model, runId, text, mintId) }),
    changeQueue,
    restore(stored) {
      const isGivenUp = givenUp.has(stored.key, stored.runId)
      store.dispatch({ type: 'restore', stored, leaf: leaf(), givenUp: isGivenUp, signedOut: signedOut() })
    },
  }
}
