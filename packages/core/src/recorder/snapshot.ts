/**
 * Gives the messages of a MESSAGES_SNAPSHOT their names in the log. Given messages keep their ids, the run's messages have
 * the names that the run gave them, and new ones get a name. Past messages that the log does not have are left out.
 *
 * Does not know: what is open.
 */
import type { Message, MessagesSnapshotEvent, ToolCall } from '@ag-ui/core'
import { type Entity, exactly, kindOf, type MessageKind } from './entity.ts'
import { broken } from './refusal.ts'
import { callsOf, type Register } from './register.ts'
import { pastIn, personsWords, sameText, wordsIn } from './restated.ts'

export interface SnapshotOptions {
  readonly register: Register
  /** The messages that the agent was given, in order. */
  readonly given: readonly Message[]
  /** Open messages keep their owner whatever the snapshot says. Otherwise a snapshot that changes one is refused. */
  readonly tolerant: boolean
}

export function underNames({ messages }: MessagesSnapshotEvent, options: SnapshotOptions): Message[] {
  const { register, given } = options
  if (register.isInheriting) {
    return messages.map((message) =>
      register.given('message', message.id) ? message : ownMessage(message, new Set(), options),
    )
  }
  const past = pastIn(messages, given)
  // If a snapshot does not reach back to the last given message, each of its messages is matched alone. The last message
  // of a snapshot without a person's messages is the agent's answer, whatever its id is.
  const givenById = new Map(past.length > 0 ? [] : given.map((message) => [message.id, message]))
  const persons = personsWords(past.length > 0 ? [] : given)
  const answer = messages.some(({ role }) => role === 'user') ? undefined : messages.at(-1)
  const question = given.findLast(({ role }) => role === 'user')
  const named = new Set<Entity>()
  return messages.flatMap((message, at): Message[] => {
    if (at < past.length) {
      const earlier = past.given.get(at)
      return earlier ? [asGiven(message, earlier)] : []
    }
    const earlier = givenById.get(message.id) ?? (message.role === 'user' ? persons.get(wordsIn(message)) : undefined)
    const isOwn = register.look(kindOf(message.role), message.id) !== undefined
    // Some agents repeat the question behind the past, under an id of their own.
    if (past.length > 0 && question && !isOwn && message.role === 'user' && sameText(message, question)) return []
    if (earlier && !isOwn && message !== answer && sameText(message, earlier)) return [asGiven(message, earlier)]
    return [ownMessage(message, named, options)]
  })
}

/** The message with its id and owner in the thread. It keeps the agent's text, which our readers ignore. */
function asGiven({ subagentRunId: _, ...message }: Message, earlier: Message): Message {
  const owner = earlier.subagentRunId === undefined ? {} : { subagentRunId: earlier.subagentRunId }
  const calls = 'toolCalls' in message && { toolCalls: [...callsOf(earlier)] }
  const answered = earlier.role === 'tool' && { toolCallId: earlier.toolCallId }
  return { ...message, role: earlier.role, id: earlier.id, ...calls, ...answered, ...owner } as Message
}

function ownMessage(message: Message, named: Set<Entity>, options: SnapshotOptions): Message {
  const { register } = options
  const { subagentRunId: tag, ...rest } = message
  const entity = ownEntity(message, named, options)
  named.add(entity)
  const owner = ownerOf(entity, message, options)
  if (!entity.open) entity.owner = owner
  entity.reserved = false
  const own = { ...rest, id: entity.id, ...(owner === undefined ? {} : { subagentRunId: owner }) } as Message
  if (own.role === 'tool') {
    own.toolCallId = register.look('tool_call', own.toolCallId)?.id ?? own.toolCallId
    register.results.set(own.toolCallId, entity)
  } else if (own.role === 'assistant' && own.toolCalls) {
    own.toolCalls = own.toolCalls.flatMap((call) => ownCall(call, entity, register))
  }
  return own
}

/** The owner of whatever is open: the message itself, the block around a thought, or the calls in it. */
function ownerOf(entity: Entity, message: Message, { register, tolerant }: SnapshotOptions): string | undefined {
  const block = entity.kind === 'reasoning' ? register.look('reasoning_block', message.id) : undefined
  const held = callsOf(message).map(({ id }) => register.look('tool_call', id))
  const open = [entity, block, ...held].filter((part) => part?.open)
  if (!tolerant) for (const part of open) if (part) exactly(part, message.subagentRunId)
  return open[0] ? open[0].owner : message.subagentRunId
}

/** Found by its id, or by a call that it holds or answers; otherwise it is new. */
function ownEntity(message: Message, named: ReadonlySet<Entity>, { register, tolerant }: SnapshotOptions): Entity {
  const { id, subagentRunId: owner } = message
  const kind = kindOf(message.role)
  for (const known of candidates(message, kind, register)) if (known && !named.has(known)) return known
  if (register.look(kind, id) && !tolerant) broken(`The agent sent a snapshot with two messages of the same id: ${id}`)
  return register.add(kind, id, owner)
}

function* candidates(message: Message, kind: MessageKind, register: Register): Generator<Entity | undefined> {
  const { holders, results, look } = register
  yield look(kind, message.id)
  const nameOf = (id: string) => look('tool_call', id)?.id ?? id
  if (message.role === 'tool') yield results.get(nameOf(message.toolCallId))
  for (const { id } of callsOf(message)) yield holders.get(nameOf(id))
}

/** A call that another agent still writes is left out. */
function ownCall(call: ToolCall, holder: Entity, register: Register): ToolCall[] {
  const entity = register.look('tool_call', call.id) ?? register.add('tool_call', call.id, holder.owner)
  if (entity.open && entity.owner !== holder.owner) return []
  entity.owner = holder.owner
  register.holders.set(entity.id, holder)
  return [{ ...call, id: entity.id }]
}
