/**
 * The request of a start: its body, and how its messages are shown until the conversation contains them.
 *
 * Pure. Owns: both shapes. Does not know: when it is sent, activity.
 */
import type { StartBody, ThreadMessage } from '@holdfast/core'
import type { StartIntent } from './port.ts'

export type Message = NonNullable<StartBody['messages']>[number]

export interface StartRequest {
  readonly body: StartBody & { readonly messages: readonly Message[] }
  readonly pending: readonly ThreadMessage[]
}

/** Minted by the caller, so that the model stays pure. */
export interface NewIds {
  readonly message: string
  readonly run: string
}

/** @param leaf the id of the newest message in the conversation */
export function newRequest(asked: StartIntent, ids: NewIds, leaf: string | null): StartRequest {
  const messages = asked.messages ?? [{ id: ids.message, role: 'user', content: asked.text ?? '' }]
  return requestOf(bodyOf(asked, ids.run, messages), leaf)
}

/**
 * The same words once more. It is the same request, unless something about it has changed or `run` is false. Its
 * messages keep their ids in any case, so that nothing is said twice.
 * @param how.busy whether a run is active in the thread: then `onBusy` has to be the same too
 */
export function sameAgain(
  { body }: StartRequest,
  asked: StartIntent,
  how: { readonly run: boolean; readonly busy: boolean },
  ids: NewIds,
  leaf: string | null,
): StartRequest {
  const { onBusy, ...rest } = asked
  const before = bodyOf({ ...rest, ...(body.onBusy && { onBusy: body.onBusy }) }, body.runId, body.messages)
  const isSame = JSON.stringify(before) === JSON.stringify(body) && (!how.busy || onBusy === body.onBusy)
  return requestOf(how.run && isSame ? body : bodyOf(asked, ids.run, body.messages), leaf)
}

function bodyOf(
  asked: Pick<StartBody, 'parentId' | 'agentId' | 'onBusy' | 'resume' | 'forwardedProps'>,
  runId: string,
  messages: readonly Message[],
): StartRequest['body'] {
  const { parentId, agentId, onBusy, resume, forwardedProps } = asked
  return { runId, messages, ...defined({ parentId, agentId, onBusy, resume, forwardedProps }) }
}

/** Without the fields that are undefined. */
export function defined<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

/** Also for a body that an earlier page has stored. */
export function requestOf(body: StartBody, leaf: string | null): StartRequest {
  const { messages = [], parentId } = body
  return { body: { ...body, messages }, pending: chain(messages, parentId === undefined ? leaf : parentId) }
}

/** Each message is the parent of the next. */
export function chain(messages: readonly Message[], parentId: string | null): ThreadMessage[] {
  return messages.map((message, at) => ({ ...message, parentId: messages[at - 1]?.id ?? parentId }))
}

/** What a person reads of messages. */
export function textOf(messages: readonly Message[]): string {
  return messages
    .map((message) => (message.role === 'user' ? plainText(message.content) : ''))
    .filter((text) => text !== '')
    .join('\n\n')
}

function plainText(content: Extract<Message, { role: 'user' }>['content']): string {
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
