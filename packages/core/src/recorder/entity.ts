/** A message, call or other thing that a run's agent writes or refers to, under its id in the log. */
import type { Message } from '@ag-ui/core'
import type { Closable } from '../lifecycle/close.ts'
import { broken } from './refusal.ts'

/** An agent may use one id for one message of each kind. */
export type MessageKind = 'text' | 'reasoning' | 'tool_result' | 'activity'

export interface Entity {
  readonly kind: MessageKind | Closable['kind']
  /** Its id in the log. */
  readonly id: string
  /** The sub-agent that wrote it; undefined: the run's own agent. */
  owner: string | undefined
  open: boolean
  /** Another event names it, but nothing has opened it yet, so its owner is unknown. */
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

/** Refuses a tag that names another owner. An absent tag agrees with every owner. */
export function agree(entity: Entity, tag: string | undefined): void {
  if (tag !== undefined) exactly(entity, tag)
}

export function exactly({ kind, id, owner }: Pick<Entity, 'kind' | 'id' | 'owner'>, tag: string | undefined): void {
  if (tag !== owner) broken(`The agent claimed another agent's ${kind} as its own: ${id}`)
}
