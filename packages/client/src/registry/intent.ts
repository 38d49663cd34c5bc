/**
 * What a person has asked to be said, on its way: from the tick of the asking until the conversation holds it.
 *
 * Owns: the body of the request and how its messages look meanwhile. Does not know: requests, activity.
 */
import { newestLeaf, type StartBody, type ThreadMessage, type ThreadView } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import type { StartIntent } from './port.ts'

type Message = NonNullable<StartBody['messages']>[number]

export interface Intent {
  readonly body: StartBody & { readonly messages: readonly Message[] }
  readonly pending: readonly ThreadMessage[]
  /** Ends the repeating of the request (not the request): the person no longer wants it. */
  readonly release: AbortController
}

export function createIntent(asked: StartIntent, view: ThreadView | undefined, environment: Environment): Intent {
  const runId = environment.mintId()
  const messages: readonly Message[] = asked.messages ?? [
    { id: environment.mintId(), role: 'user', content: asked.text ?? '' },
  ]
  const { parentId, agentId, onBusy, forwardedProps } = asked
  const body = {
    runId,
    messages,
    ...(parentId === undefined ? {} : { parentId }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(onBusy === undefined ? {} : { onBusy }),
    ...(forwardedProps === undefined ? {} : { forwardedProps }),
  }
  return intentOf(body, view)
}

/** Also for a request that an earlier page has written down. */
export function intentOf(body: StartBody, view: ThreadView | undefined): Intent {
  const { messages = [], parentId } = body
  return {
    body: { ...body, messages },
    pending: hang(messages, parentId === undefined ? newestLeaf(view?.messages ?? []) : parentId),
    release: new AbortController(),
  }
}

/** Each further message hangs on the one before. */
export function hang(messages: readonly Message[], parentId: string | null): ThreadMessage[] {
  return messages.map((message, at) => ({ ...message, parentId: messages[at - 1]?.id ?? parentId }))
}

export function textOf({ body }: Intent): string {
  return wordsOf(body.messages)
}

/** What a person reads of messages. */
export function wordsOf(messages: readonly Message[]): string {
  return messages
    .map((message) => (message.role === 'user' ? plainText(message.content) : ''))
    .filter((text) => text !== '')
    .join('\n\n')
}

function plainText(content: Extract<Message, { role: 'user' }>['content']): string {
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
