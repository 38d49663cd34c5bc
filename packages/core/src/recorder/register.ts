/**
 * The entities of one run, found by the ids that its agent uses, each with its name in the log. An id that is already
 * used, by a message that the agent was given or by a message of another kind, gets a name of its own.
 *
 * Owns: which id names what. Does not know: what is open, what may come now.
 *
 * Invariant: no entity of this run has the name of a message or call that the agent was given.
 */
import type { Message, RunAgentInput, ToolCall } from '@ag-ui/core'
import { type Entity, type MessageKind, makeEntity } from './entity.ts'
import { createNames, type Names, nthName } from './names.ts'

export interface RegisterOptions extends Pick<RunAgentInput, 'runId' | 'messages' | 'resume'> {
  /** Two agents may use one id for two things. Otherwise an id has one owner. */
  readonly tolerant: boolean
}

/** The kinds that are found by an agent's id. One id may name one entity of each kind. */
export type Named = MessageKind | 'reasoning_block' | 'tool_call' | 'subagent'

export interface Register {
  /** The entity that the agent means by `id`. If agents share the id, the one of the agent that `tag` names. */
  look(kind: Named, id: string, tag?: string): Entity | undefined
  /** Adds a message or a call under a free name. */
  add(kind: MessageKind | 'tool_call', id: string, owner: string | undefined): Entity
  /** Adds an entity under a given name: a block has the name of the thought in it, a sub-agent its own. */
  addNamed(kind: 'reasoning_block' | 'subagent', id: string, name: string, owner: string | undefined): Entity
  /** Adds a text that another event names, and that nothing has opened yet. */
  reserve(id: string): Entity
  /** By a call's name: the message that holds the call, and the call's newest result. */
  readonly holders: Map<string, Entity>
  readonly results: Map<string, Entity>
  /** The message that the agent was given under this id, or that holds this call. */
  given(kind: 'message' | 'tool_call', id: string): Message | undefined
  /** While `events` runs, events come from the log, so their ids are already names. */
  inherit(events: () => void): void
  readonly isInheriting: boolean
}

export function createRegister({ runId, messages: given, resume, tolerant }: RegisterOptions): Register {
  // Most runs are a single text, so everything else is made when first needed.
  const things: Partial<Record<Named, Map<string, Entity>>> = {}
  const names = createNames(runId)
  let callNames: Names | undefined
  /** Calls that this run answers. An agent that continues with one may announce it again. */
  let awaited: Set<string> | undefined
  /** Entities of an earlier worker that the agent has not continued yet: their names are known, the agent's ids are not. */
  let inherited: Set<Entity> | undefined
  let isInheriting = false
  let givenById: Readonly<Record<'message' | 'tool_call', ReadonlyMap<string, Message>>> | undefined
  let holders: Map<string, Entity> | undefined
  let results: Map<string, Entity> | undefined

  for (const message of given) names.take(message.id)

  function look(kind: Named, id: string, tag?: string): Entity | undefined {
    const known = inherited && !isInheriting ? claim(kind, id, inherited) : things[kind]?.get(id)
    if (!known || tag === undefined || tag === known.owner || known.reserved || !tolerant) return known
    return things[kind]?.get(ofAgent(id, tag))
  }

  /** The entity that the agent means by `id`, or one that an earlier worker named after this id. */
  function claim(kind: Named, id: string, unclaimed: Set<Entity>): Entity | undefined {
    const own = things[kind]?.get(id)
    if (own) {
      unclaimed.delete(own)
      return own
    }
    const all = kind === 'tool_call' ? namesOfCalls() : names
    for (let nth = 1; all.has(nthName(runId, id, nth)); nth++) {
      const name = nthName(runId, id, nth)
      const known = things[kind]?.get(name)
      if (!known || !unclaimed.delete(known)) continue
      things[kind]?.delete(name)
      things[kind]?.set(id, known)
      return known
    }
    return undefined
  }

  function put(id: string, entity: Entity): Entity {
    const kind = entity.kind as Named
    things[kind] ??= new Map()
    const within = things[kind]
    // Of several results under one id, the newest counts.
    const isOther = within.has(id) && entity.owner !== undefined && kind !== 'tool_result'
    within.set(isOther ? ofAgent(id, entity.owner ?? '') : id, entity)
    if (isInheriting) {
      inherited ??= new Set()
      inherited.add(entity)
    }
    return entity
  }

  function namesOfCalls(): Names {
    if (callNames) return callNames
    callNames = createNames(runId)
    awaited = new Set()
    for (const { id } of given.flatMap(callsOf)) {
      callNames.take(id)
      if (resume?.length) awaited.add(id)
    }
    for (const message of given) if (message.role === 'tool') awaited.delete(message.toolCallId)
    return callNames
  }

  function nameOf(kind: MessageKind | 'tool_call', id: string): string {
    const all = kind === 'tool_call' ? namesOfCalls() : names
    if (!isInheriting && !(kind === 'tool_call' && awaited?.delete(id))) return all.give(id)
    all.take(id)
    return id
  }

  return {
    look,
    add: (kind, id, owner) => put(id, makeEntity(kind, nameOf(kind, id), owner)),
    addNamed: (kind, id, name, owner) => put(id, makeEntity(kind, name, owner)),
    reserve: (id) => put(id, makeEntity('text', nameOf('text', id), undefined, true)),
    get holders() {
      holders ??= new Map()
      return holders
    },
    get results() {
      results ??= new Map()
      return results
    },
    given(kind, id) {
      givenById ??= {
        message: new Map(given.map((message) => [message.id, message])),
        tool_call: new Map(given.flatMap((message) => callsOf(message).map((call) => [call.id, message] as const))),
      }
      return givenById[kind].get(id)
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
}

export function callsOf(message: Message): readonly ToolCall[] {
  return message.role === 'assistant' ? (message.toolCalls ?? []) : []
}

/** If several agents use one id, all but the first are found under their own name and the id. */
function ofAgent(id: string, owner: string): string {
  return JSON.stringify([owner, id])
}
