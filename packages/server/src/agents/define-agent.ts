/** Defines an agent from a function. Checks at once what otherwise only a run would reveal. */
import type { Event, RunAgentInput } from '@ag-ui/core'
import { isId } from '@holdfast/core'
import type { Agent, AgentContext } from './port.ts'

export interface AgentDefinition extends Pick<Agent, 'id' | 'description' | 'check' | 'checkAnswer' | 'entitle'> {
  /** Shown in lists of agents. Default: the id. */
  readonly title?: string
  /**
   * Answers one run, usually as an async generator.
   *
   * - Yield AG-UI 1.0 events. The server writes RUN_STARTED. RUN_FINISHED may be left out: returning ends the run
   *   successfully if there was output and every text and tool call was closed.
   * - Message and tool call ids are yours and unique within the run, for example `crypto.randomUUID()`. An id that an
   *   earlier run used is renamed in the log.
   * - To fail, throw `AgentFailure(code, sentence)`: the person reads the sentence. For anything else that is thrown
   *   they only read that the agent failed; the operator's log has the rest.
   * - When `context.signal` aborts, the run is over: stop what costs money. An agent that does not stop is abandoned.
   * - `context.tenantId`, `context.roomId` and `input.threadId` together identify a conversation. Rooms of two tenants, and
   *   threads of two rooms, may have the same id.
   * - `context.attention()` says whether the thread is being looked at now: use it to choose whom to serve first if you
   *   cannot serve all at once.
   * - An observer that leaves ends no run. Only the signal tells you to stop.
   */
  run(input: RunAgentInput, context: AgentContext): AsyncIterable<Event>
  /**
   * After a crash or shutdown of the server, the question may be asked again: repeating this agent's side effects is
   * harmless. The lost run ends failed, and the server starts one new run whose `retryOf` names it.
   */
  readonly restartable?: boolean
  /**
   * After a crash or shutdown of the server, this agent can continue where it was: it is called again for the same run
   * with `context.resumed`. Output of the last 20 ms may be missing there: wait for `context.written()` where that would
   * matter. Takes precedence over `restartable`.
   */
  readonly resumable?: boolean
}

/** @throws TypeError for an invalid definition */
export function defineAgent(definition: AgentDefinition): Agent {
  const { id, title = id, description, check, checkAnswer, entitle } = definition
  const { restartable = false, resumable = false } = definition
  if (!isId(id))
    throw new TypeError(`The agent id ${JSON.stringify(id)} is not 1–128 of A–Z a–z 0–9 _ . : -, or is . or ..`)
  if (typeof definition.run !== 'function') throw new TypeError(`The agent "${id}" has no function \`run\`.`)
  return {
    id,
    title,
    ...(description !== undefined && { description }),
    ...(check && { check: (forwardedProps) => check.call(definition, forwardedProps) }),
    ...(checkAnswer && { checkAnswer: (interrupt, payload) => checkAnswer.call(definition, interrupt, payload) }),
    ...(entitle && { entitle: (messages, signal) => entitle.call(definition, messages, signal) }),
    afterCrash: resumable ? 'resume' : restartable ? 'restart' : 'fail',
    run: (input, context) => definition.run(input, context),
  }
}
