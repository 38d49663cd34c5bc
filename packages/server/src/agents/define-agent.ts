/** How an application makes an agent of a function. Checks at once what would otherwise only be found out by a run. */
import type { Event, RunAgentInput } from '@ag-ui/core'
import { isId } from '@holdfast/core'
import type { Agent, AgentContext } from './port.ts'

export interface AgentDefinition extends Pick<Agent, 'id' | 'description' | 'check' | 'entitle'> {
  /** For a list of agents. Default: the id. */
  readonly title?: string
  /**
   * Answers one run, usually as an async generator.
   *
   * - Yield AG-UI 1.0 events. RUN_STARTED is the server's to say, and RUN_FINISHED may be left out: returning ends the
   *   run well, if something was said and every text and tool call was closed.
   * - Message and tool call ids are yours, unique in the run: `crypto.randomUUID()` will do. One that an earlier run has
   *   used gets a name of its own in the log.
   * - To fail, throw `AgentFailure(code, sentence)`: the person reads the sentence. Of anything else that is thrown they
   *   are only told that the agent failed; the operator's log has the rest.
   * - When `context.signal` is aborted the run is over: stop what costs money. Who does not is left behind.
   * - A conversation is named by `context.tenantId`, `context.roomId` and `input.threadId` together: rooms of two tenants,
   *   and threads of two rooms, may have the same id.
   * - `context.attention()` says whether somebody looks at the thread now: for choosing whom to serve first, if you cannot
   *   serve all at once.
   * - Nobody's looking away ends a run, and nothing but the signal tells you to stop.
   */
  run(input: RunAgentInput, context: AgentContext): AsyncIterable<Event>
  /**
   * After a crash of the server, or its stop in the middle, the question may be asked again: nothing that this agent does
   * outside is harmed by happening twice. The run that was lost ends failed; a new one, whose `retryOf` names it, is
   * started by the server, once.
   */
  readonly restartable?: boolean
  /**
   * After a crash of the server, or its stop in the middle, this agent can go on where it was: it is called again for the
   * same run with `context.resumed`. What it said within its last 20 ms may not be there. Goes before `restartable`.
   */
  readonly resumable?: boolean
}

/** @throws TypeError for a definition that cannot be an agent */
export function defineAgent(definition: AgentDefinition): Agent {
  const { id, title = id, description, check, entitle, restartable = false, resumable = false } = definition
  if (!isId(id))
    throw new TypeError(`The agent id ${JSON.stringify(id)} is not 1–128 of A–Z a–z 0–9 _ . : -, or is . or ..`)
  if (typeof definition.run !== 'function') throw new TypeError(`The agent "${id}" has no function \`run\`.`)
  return {
    id,
    title,
    ...(description !== undefined && { description }),
    ...(check && { check: (forwardedProps) => check.call(definition, forwardedProps) }),
    ...(entitle && { entitle: (messages, signal) => entitle.call(definition, messages, signal) }),
    afterCrash: resumable ? 'resume' : restartable ? 'restart' : 'fail',
    run: (input, context) => definition.run(input, context),
  }
}
