/**
 * The messages of a MESSAGES_SNAPSHOT under the names that they have in the log: what the agent was given keeps its own,
 * what the run has said has the run's, what is new gets one. A past that the log does not know is left out.
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
  /** What the agent was given, in order. */
  readonly given: readonly Message[]
  /** What is open keeps its owner, whatever the snapshot says of it; otherwise a snapshot that says more is refused. */
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
  // Of a snapshot that does not reach as far as the last words, each message speaks for itself. One without a person's
  // words is the agent's answer: the last of it is, whatever that is called.
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
    // Behind the past it is there already: some keep what they are asked a second time, under an id of their own.
    if (past.length > 0 && question && !isOwn && message.role === 'user' && sameText(message, question)) return []
    if (earlier && !isOwn && message !== answer && sameText(message, earlier)) return [asGiven(message, earlier)]
    return [ownMessage(message, named, options)]
  })
}

/** Under the id and the owner that it has in the thread. Its words are the agent's, and no reader of ours takes them. */
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

/** Of what is open the owner is known: the message itself, the block round a thought, the calls in it. */
function ownerOf(entity: Entity, message: Message, { register, tolerant }: SnapshotOptions): string | undefined {
  const block = entity.kind === 'reasoning' ? register.look('reasoning_block', message.id) : undefined
  const held = callsOf(message).map(({ id }) => register.look('tool_call', id))
  const open = [entity, block, ...held].filter((part) => part?.open)
  if (!tolerant) for (const part of open) if (part) exactly(part, message.subagentRunId)
  return open[0] ? open[0].owner : message.subagentRunId
}

/** By its id; by a call that it holds, or answers; else it is new. */
function ownEntity(message: Message, named: ReadonlySet<Entity>, { register, tolerant }: SnapshotOptions): Entity {
  const { id, subagentRunId: owner } = message
  const kind = kindOf(message.role)
  for (const known of candidates(message, kind, register)) if (known && !named.has(known)) return known
  if (register.look(kind, id) && !tolerant) broken(`The agent sent a snapshot with two messages of one id: ${id}`)
  return register.add(kind, id, owner)
}

function* candidates(message: Message, kind: MessageKind, register: Register): Generator<Entity | undefined> {
  const { holders, results, look } = register
  yield look(kind, message.id)
  const nameOf = (id: string) => look('tool_call', id)?.id ?? id
  if (message.role === 'tool') yield results.get(nameOf(message.toolCallId))
  for (const { id } of callsOf(message)) yield holders.get(nameOf(id))
}

/** A call that another agent is making is not this message's. */
function ownCall(call: ToolCall, holder: Entity, register: Register): ToolCall[] {
  const entity = register.look('tool_call', call.id) ?? register.add('tool_call', call.id, holder.owner)
  if (entity.open && entity.owner !== holder.owner) return []
  entity.owner = holder.owner
  register.holders.set(entity.id, holder)
  return [{ ...call, id: entity.id }]
}
