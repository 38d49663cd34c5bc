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
  /** Ends the repeating of the request (not the request): the person no longer wants it, or the log shows it. */
  readonly release: AbortController
}

export function createIntent(asked: StartIntent, view: ThreadView | undefined, environment: Environment): Intent {
  const messages = asked.messages ?? [{ id: environment.mintId(), role: 'user', content: asked.text ?? '' }]
  return intentOf(bodyOf(asked, environment.mintId(), messages), view)
}

/**
 * The same words once more. It is the same request, unless something about it has changed or `run` is false; its messages
 * are the same in any case, so that nothing is said twice.
 * @param busy whether something goes on in the thread: then what is to become of that matters
 */
export function sameAgain(
  { body }: Intent,
  asked: StartIntent,
  how: { readonly run: boolean; readonly busy: boolean },
  view: ThreadView | undefined,
  environment: Environment,
): Intent {
  const { onBusy, ...rest } = asked
  const before = bodyOf({ ...rest, ...(body.onBusy && { onBusy: body.onBusy }) }, body.runId, body.messages)
  const isSame = JSON.stringify(before) === JSON.stringify(body) && (!how.busy || onBusy === body.onBusy)
  return intentOf(how.run && isSame ? body : bodyOf(asked, environment.mintId(), body.messages), view)
}

function bodyOf(
  asked: Pick<StartBody, 'parentId' | 'agentId' | 'onBusy' | 'forwardedProps'>,
  runId: string,
  messages: readonly Message[],
): Intent['body'] {
  const { parentId, agentId, onBusy, forwardedProps } = asked
  return {
    runId,
    messages,
    ...(parentId === undefined ? {} : { parentId }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(onBusy === undefined ? {} : { onBusy }),
    ...(forwardedProps === undefined ? {} : { forwardedProps }),
  }
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
