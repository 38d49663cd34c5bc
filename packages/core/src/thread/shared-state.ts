/**
 * Shared state: the agent's state and the contents of activities, replaced or patched. A patch copies only the containers
 * that it touches, at most once between two calls of `view`.
 */
import type { ActivityDeltaEvent, ActivityMessage, ActivitySnapshotEvent, StateDeltaEvent } from '@ag-ui/core'
import { applyPatch, type Owned } from '../json/patch.ts'
import type { Conversation } from './conversation.ts'
import type { ThreadMessage } from './message.ts'
import type { RunMessages } from './run-messages.ts'

export interface SharedState {
  setState(state: unknown): void
  patchState(patch: StateDeltaEvent['delta']): void
  setActivity(runId: string, event: ActivitySnapshotEvent): void
  patchActivity(runId: string, event: ActivityDeltaEvent): void
  handOut(): unknown
}

export function createSharedState(conversation: Conversation, own: RunMessages, from: unknown): SharedState {
  let state = from
  const owned: Owned = new Set()

  return {
    setState(next) {
      state = next
    },
    patchState(patch) {
      const patched = applyPatch(state, patch, owned)
      if (patched !== undefined) state = patched.value
    },
    setActivity(runId, { messageId, activityType, content, replace }) {
      const message: ActivityMessage = { id: messageId, role: 'activity', activityType, content }
      const known = conversation.indexOfOwn(runId, messageId, 'activity')
      if (known === undefined) own.write(runId, message)
      else if (replace !== false) {
        conversation.update(known, { ...conversation.get(known), activityType, content } as ThreadMessage)
      }
    },
    patchActivity(runId, { messageId, activityType, patch }) {
      const index = conversation.indexOfOwn(runId, messageId, 'activity')
      if (index === undefined) return
      const message = conversation.get(index)
      const patched = applyPatch(message.content, patch, owned)
      if (patched === undefined) return
      conversation.update(index, { ...message, activityType, content: patched.value } as ThreadMessage)
    },
    handOut() {
      if (owned.size > 0) owned.clear()
      return state
    },
  }
}
