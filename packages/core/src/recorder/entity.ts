/** Something that a run's agent writes or refers to, as the log has it. */
import type { Message } from '@ag-ui/core'
import type { Closable } from '../lifecycle/close.ts'
import { broken } from './refusal.ts'

/** What an agent's id may name: an agent may use one id for one of each. */
export type MessageKind = 'text' | 'reasoning' | 'tool_result' | 'activity'

export interface Entity {
  readonly kind: MessageKind | Closable['kind']
  /** In the log. */
  readonly id: string
  /** The sub-agent that said it; undefined: the run's own agent. */
  owner: string | undefined
  open: boolean
  /** Another event names it, and nothing has opened it yet: its owner is not known. */
  reserved: boolean
}

export function kindOf(role: Message['role']): MessageKind {
  switch (role) {
    case 'reasoning':
      return 'reasoning'
    case 'activity':
      return 'activity'
    case 'tool':
      return 'tool_result'
    case 'assistant':
    case 'user':
    case 'system':
    case 'developer':
      return 'text'
  }
}

export function makeEntity(kind: Entity['kind'], id: string, owner: string | undefined, reserved = false): Entity {
  return { kind, id, owner, open: false, reserved }
}

/** An absent tag never disagrees; the run's own agent is as much an owner as a sub-agent is. */
export function agree(entity: Entity, tag: string | undefined): void {
  if (tag !== undefined) exactly(entity, tag)
}

export function exactly({ kind, id, owner }: Pick<Entity, 'kind' | 'id' | 'owner'>, tag: string | undefined): void {
  if (tag !== owner) broken(`The agent said of another agent's ${kind} that it was its own: ${id}`)
}
