/**
 * Carries out one call of a tool, from what the model said to its result. Owns: what is checked, in which order; when the
 * person is asked. Does not know: what the tool does (`execute.ts`), other calls.
 *
 * Whatever goes wrong is the call's result: the model is told, and the run goes on.
 */
import type { Event, Interrupt } from '@ag-ui/core'
import { approvalContext, type CallSite, type Plan, whyOf } from './call-site.ts'
import { execute } from './execute.ts'
import { type Call, MAX_ARGUMENTS } from './progress.ts'
import { approvalOf, decisionOf, unknownOutcomeOf } from './questions.ts'
import { toolText } from './result.ts'
import { type LoopRun, sayResult } from './run.ts'
import { TooLong, within } from './time-limit.ts'

/** `place`: of the call in its step, from 0. Returns the questions for which the call waits; none: it has its result. */
export async function* makeCall(
  site: CallSite,
  call: Call,
  place: number,
): AsyncGenerator<Event, readonly Interrupt[]> {
  const { run, speaker, signal } = site
  const plan = await planOf(site, call, place)
  signal.throwIfAborted()
  if (site.asksOnly && plan.type !== 'ask') {
    const isSubAgent = plan.type === 'execute' && plan.tool.carryOut
    return isSubAgent ? yield* isSubAgent(call, plan.input, signal) : []
  }
  switch (plan.type) {
    case 'ask':
      return [plan.interrupt]
    case 'result':
      yield* sayResult(run, speaker, call, plan.text)
      return []
    case 'wrong':
      yield* sayResult(run, speaker, call, plan.text, { error: true })
      return []
    case 'execute':
      if (plan.tool.carryOut) return yield* plan.tool.carryOut(call, plan.input, signal)
      return yield* execute(site, call, plan)
  }
}

async function planOf({ run, speaker, tools, signal }: CallSite, call: Call, place: number): Promise<Plan> {
  const { limits } = speaker.agent
  if (place >= limits.maxCalls)
    return wrong(
      `Only ${limits.maxCalls} calls can be made at once. This one was not made. Make fewer calls in one step.`,
    )
  const tool = tools.get(call.name)
  if (!tool) return wrong(noSuchTool(call.name, tools))
  const said = argumentsIn(call)
  if (said.type === 'wrong') return said
  const asking = { id: run.newId(), call, subagentRunId: speaker.subagentRunId, agentId: speaker.agent.id }
  // An answer is about the question, not about what happened since.
  const answered = call.startedHere ? undefined : run.answers.get(call.id)
  const decision = answered && decisionOf(answered)
  let { start = {} } = call
  if (decision?.type === 'not_made') return wrong(decision.message)
  if (decision?.type === 'happened') return happened(decision.result, limits.maxResultBytes)
  if (decision) {
    if ('given' in decision) start = { ...start, arguments: decision.given }
    if (decision.answer) start = { ...start, answers: [...(start.answers ?? []), decision.answer] }
  } else if (call.start && tool.effect === 'effect')
    return { type: 'ask', interrupt: unknownOutcomeOf(asking, said.given) }
  const given = 'arguments' in start ? start.arguments : said.given
  const parsed = await checked(run, limits.checkMs, () => tool.parse(given))
  if (parsed.type === 'failed') return wrong(`The arguments could not be checked: ${parsed.why}`)
  if (parsed.value.type === 'wrong')
    return wrong(`The arguments are wrong, so the call was not made. ${parsed.value.message}`)
  const { input } = parsed.value
  if (!decision && !call.start) {
    const needs = await checked(run, limits.checkMs, () =>
      tool.needsApproval(input, approvalContext(run, speaker, call, signal)),
    )
    if (needs.type === 'failed')
      return wrong(`Whether this call needs approval could not be decided, so it was not made: ${needs.why}`)
    if (needs.value !== false) return { type: 'ask', interrupt: approvalOf(asking, tool, given, run.clock.now()) }
  }
  return { type: 'execute', tool, given, input, start }
}

function wrong(text: string): Plan & { readonly type: 'wrong' } {
  return { type: 'wrong', text }
}

function happened(result: unknown, maxBytes: number): Plan {
  const text = toolText(result, maxBytes)
  if (text.type === 'text' && text.text !== '') return { type: 'result', text: text.text }
  return { type: 'result', text: 'The call was made. Its result is not known.' }
}

const MAX_NAMES = 50

function noSuchTool(name: string, tools: ReadonlyMap<string, unknown>): string {
  const names = [...tools.keys()].slice(0, MAX_NAMES)
  const there = names.length === 0 ? 'There are no tools.' : `There are: ${names.join(', ')}.`
  return `There is no tool “${name}”. Nothing was called. ${there}`
}

function argumentsIn({
  arguments: json,
}: Call): { readonly type: 'json'; readonly given: unknown } | (Plan & { readonly type: 'wrong' }) {
  if (json.length > MAX_ARGUMENTS)
    return wrong(`The arguments have more than ${MAX_ARGUMENTS} characters, so the call was not made.`)
  try {
    return { type: 'json', given: json.trim() === '' ? {} : (JSON.parse(json) as unknown) }
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : ''
    return wrong(`The arguments are not valid JSON, so the call was not made. ${why}`)
  }
}

type Checked<T> = { readonly type: 'ok'; readonly value: T } | { readonly type: 'failed'; readonly why: string }

/** Code that is not ours: it may throw, and it may never answer. */
async function checked<T>({ clock }: LoopRun, ms: number, check: () => Promise<T>): Promise<Checked<T>> {
  try {
    return { type: 'ok', value: await within(clock, ms, (async () => check())()) }
  } catch (error) {
    return { type: 'failed', why: error instanceof TooLong ? `it took longer than ${ms} ms.` : whyOf(error) }
  }
}
