/**
 * Register: the things of one run, found by the ids by which its agent calls them, each with its name in the log. What
 * the agent calls by an id that is in use, by a message that it was given or by a message of another kind, has a name of
 * its own.
 *
 * Owns: which id names what. Does not know: what is open, what may come now.
 *
 * Invariant: no name of this run is that of a message, or of a call, that the agent was given.
 */
import type { Message, RunAgentInput, ToolCall } from '@ag-ui/core'
import { type Entity, type MessageKind, makeEntity } from './entity.ts'
import { createNames, nthName } from './names.ts'

export interface RegisterOptions extends Pick<RunAgentInput, 'runId' | 'messages' | 'resume'> {
  /** Two agents that use one id mean two things; otherwise an id has one owner. */
  readonly tolerant: boolean
}

export interface Register {
  readonly messages: Readonly<Record<MessageKind, Map<string, Entity>>>
  readonly blocks: Map<string, Entity>
  readonly calls: Map<string, Entity>
  /** By a call's name: the message that holds it, and its newest result. */
  readonly holders: Map<string, Entity>
  readonly results: Map<string, Entity>
  /** Of the messages and calls that the agent was given. */
  readonly givenOwners: ReadonlyMap<string, string | undefined>
  readonly givenCalls: ReadonlyMap<string, string | undefined>
  /** What the agent calls so; where agents share an id, the one of the agent that `tag` names. */
  look(within: Map<string, Entity>, id: string, tag?: string): Entity | undefined
  addMessage(kind: MessageKind, id: string, owner: string | undefined): Entity
  /** Another event names this message, and nothing has opened it yet. */
  reserve(kind: MessageKind, id: string): Entity
  addBlock(id: string, name: string, owner: string | undefined): Entity
  addCall(id: string, owner: string | undefined): Entity
  /** Of several results under one id the newest is meant. */
  addResult(id: string, call: string, owner: string | undefined): Entity
  /** While `events` runs, what comes is read from the log: its ids are names. */
  inherit(events: () => void): void
  readonly isInheriting: boolean
}

export function createRegister({ runId, messages: given, resume, tolerant }: RegisterOptions): Register {
  const names = createNames(runId)
  const callNames = createNames(runId)
  const givenOwners = new Map<string, string | undefined>()
  const givenCalls = new Map<string, string | undefined>()
  const calls = new Map<string, Entity>()
  /** What another worker began, until the agent goes on with it: its name is known, the agent's id for it is not. */
  const inherited = new Set<Entity>()
  let isInheriting = false

  for (const message of given) {
    names.take(message.id)
    givenOwners.set(message.id, message.subagentRunId)
    for (const { id } of callsOf(message)) {
      callNames.take(id)
      givenCalls.set(id, message.subagentRunId)
    }
  }
  /** Calls whose answer this run brings: an agent that goes on with one may announce it again. */
  const awaited = new Set(resume?.length ? givenCalls.keys() : [])
  for (const message of given) if (message.role === 'tool') awaited.delete(message.toolCallId)

  function look(within: Map<string, Entity>, id: string, tag?: string): Entity | undefined {
    const known = inherited.size > 0 && !isInheriting ? claim(within, id) : within.get(id)
    if (!known || tag === undefined || tag === known.owner || known.reserved || !tolerant) return known
    return within.get(ofAgent(id, tag))
  }

  /** What the agent calls so, or what another worker named after this id. */
  function claim(within: Map<string, Entity>, id: string): Entity | undefined {
    const own = within.get(id)
    if (own) {
      inherited.delete(own)
      return own
    }
    const all = within === calls ? callNames : names
    for (let nth = 1; all.has(nthName(runId, id, nth)); nth++) {
      const name = nthName(runId, id, nth)
      const known = within.get(name)
      if (!known || !inherited.delete(known)) continue
      within.delete(name)
      within.set(id, known)
      return known
    }
    return undefined
  }

  function add(within: Map<string, Entity>, id: string, entity: Entity): Entity {
    within.set(within.has(id) && entity.owner !== undefined ? ofAgent(id, entity.owner) : id, entity)
    if (isInheriting) inherited.add(entity)
    return entity
  }

  function nameOf(id: string): string {
    if (!isInheriting) return names.give(id)
    names.take(id)
    return id
  }

  function callNameOf(id: string): string {
    if (!isInheriting && !awaited.delete(id)) return callNames.give(id)
    callNames.take(id)
    return id
  }

  const register: Register = {
    messages: { text: new Map(), reasoning: new Map(), tool_result: new Map(), activity: new Map() },
    blocks: new Map(),
    calls,
    holders: new Map(),
    results: new Map(),
    givenOwners,
    givenCalls,
    look,
    addMessage: (kind, id, owner) => add(register.messages[kind], id, makeEntity(kind, nameOf(id), owner)),
    reserve: (kind, id) => add(register.messages[kind], id, makeEntity(kind, nameOf(id), undefined, true)),
    addBlock: (id, name, owner) => add(register.blocks, id, makeEntity('reasoning_block', name, owner)),
    addCall: (id, owner) => add(calls, id, makeEntity('tool_call', callNameOf(id), owner)),
    addResult(id, call, owner) {
      const result = makeEntity('tool_result', nameOf(id), owner)
      register.messages.tool_result.set(id, result)
      register.results.set(call, result)
      return result
    },
    inherit(events) {
      isInheriting = true
      events()
      isInheriting = false
    },
    get isInheriting() {
      return isInheriting
    },
  }
  return register
}

export function callsOf(message: Message): readonly ToolCall[] {
  return message.role === 'assistant' ? (message.toolCalls ?? []) : []
}

/** Where agents use one id, all but the first are found under their own name and it. */
function ofAgent(id: string, owner: string): string {
  return JSON.stringify([owner, id])
}
