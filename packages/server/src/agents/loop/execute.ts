/**
 * Executes one call: the tool's own code, from its start to its result. Owns: time-outs, progress, questions that the tool
 * asks, and abandoning a tool that does not stop. Does not know: whether the call may be made.
 */
import { type Event, EventType, type Interrupt } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { ToolAnswer, ToolContext, ToolQuestion } from '../tools/port.ts'
import { approvalContext, type CallSite, type Plan, whyOf } from './call-site.ts'
import { type Call, TOOL_STARTED } from './progress.ts'
import { toolQuestionOf } from './questions.ts'
import { toolText } from './result.ts'
import { say, sayResult } from './run.ts'
import { within } from './time-limit.ts'

type Happened =
  | { readonly type: 'returned'; readonly value: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  | { readonly type: 'too_long' }
  | { readonly type: 'asked'; readonly question: ToolQuestion }
  | { readonly type: 'aborted' }
  /** Of a job, while the run is about to end with a question: the run that answers makes the call again. */
  | { readonly type: 'paused' }
  | { readonly type: 'progress'; readonly text: string }

/** Returns the question that the tool asks, if it does. Otherwise it has said the call's result. */
export async function* execute(
  { run, speaker, signal }: CallSite,
  call: Call,
  { tool, given, input, start }: Extract<Plan, { readonly type: 'execute' }>,
): AsyncGenerator<Event, readonly Interrupt[]> {
  const { clock, context } = run
  const { limits } = speaker.agent
  yield* say(run, speaker, { type: EventType.CUSTOM, name: TOOL_STARTED, value: { toolCallId: call.id, ...start } })
  // So that after a crash it is known that this may have happened.
  if (tool.effect === 'effect') await context.written()
  signal.throwIfAborted()

  const stop = new AbortController()
  const news = createNews(clock, limits.progressMs)
  const toolContext: ToolContext = {
    ...approvalContext(run, speaker, call, AbortSignal.any([signal, stop.signal])),
    progress: news.progress,
    ask: createAsk(start.answers ?? [], stop.signal, (question) => news.tell({ type: 'asked', question })),
  }
  const ms = tool.timeoutMs ?? limits.toolMs
  const undoTimer = clock.schedule(ms, () => news.tell({ type: 'too_long' }))
  const onAbort = () => news.tell({ type: 'aborted' })
  signal.addEventListener('abort', onAbort, { once: true })
  // A call with an effect is waited for: it must not be made twice.
  const { paused } = run.jobs
  const onPause = () => news.tell({ type: 'paused' })
  const mayPause = speaker.isJob && tool.effect !== 'effect'
  if (mayPause) paused.addEventListener('abort', onPause, { once: true })
  if (mayPause && paused.aborted) onPause()
  const settled = (async () => tool.execute(input, toolContext))().then(
    (value) => news.tell({ type: 'returned', value }),
    (error: unknown) => news.tell({ type: 'threw', error }),
  )
  const wound = () => within(clock, limits.graceMs, settled).catch(() => {})
  try {
    for (;;) {
      const next = await news.next()
      switch (next.type) {
        case 'progress': {
          const value = { toolCallId: call.id, text: next.text }
          yield* say(run, speaker, { type: EventType.CUSTOM, name: 'holdfast.progress', value })
          break
        }
        case 'returned': {
          const text = toolText(next.value, limits.maxResultBytes)
          if (text.type === 'text') yield* sayResult(run, speaker, call, text.text)
          else yield* sayResult(run, speaker, call, text.why, { error: true })
          return []
        }
        case 'threw':
          yield* sayResult(run, speaker, call, `The tool failed: ${whyOf(next.error)}`, { error: true })
          return []
        case 'too_long':
          yield* sayResult(
            run,
            speaker,
            call,
            `The tool did not finish within ${ms} ms. It may still have an effect.`,
            { error: true },
          )
          return []
        case 'asked': {
          stop.abort(new DOMException('The person is asked first.', 'AbortError'))
          await wound()
          const { subagentRunId, agent } = speaker
          const asking = { id: run.newId(), call, subagentRunId, agentId: agent.id }
          return [toolQuestionOf(asking, next.question, given)]
        }
        case 'paused':
          stop.abort(paused.reason)
          await wound()
          return []
        case 'aborted':
          await wound()
          throw signal.reason
      }
    }
  } finally {
    undoTimer()
    news.close()
    signal.removeEventListener('abort', onAbort)
    paused.removeEventListener('abort', onPause)
    stop.abort(new DOMException('The result of this call is no longer wanted.', 'AbortError'))
  }
}

/** Answers what was answered before, in order. Anything else is a question to the person, and ends the call. */
function createAsk(answers: readonly ToolAnswer[], stopped: AbortSignal, onAsked: (question: ToolQuestion) => void) {
  let nth = 0
  return (question: ToolQuestion): Promise<ToolAnswer> => {
    const known = answers[nth++]
    if (known) return Promise.resolve(known)
    const { promise, reject } = Promise.withResolvers<ToolAnswer>()
    // A tool may ask without waiting for the answer.
    promise.catch(() => {})
    stopped.addEventListener('abort', () => reject(stopped.reason), { once: true })
    onAsked({ message: String(question.message), schema: structuredClone(question.schema) })
    return promise
  }
}

/** Characters of a progress text. */
const MAX_PROGRESS = 2_000

/** What happens to a call, in order. Of several progress texts only the latest counts, and they come at intervals. */
function createNews(clock: Clock, progressMs: number) {
  let decisive: Happened | undefined
  let text: string | undefined
  let isDue = false
  let lastAt = Number.NEGATIVE_INFINITY
  let undo: (() => void) | undefined
  let isClosed = false
  let wake = () => {}

  return {
    tell(next: Exclude<Happened, { readonly type: 'progress' }>): void {
      // The first end is final, except that an abort stops the wait for everything else.
      decisive ??= next
      wake()
    },
    progress(said: string): void {
      if (isClosed || decisive) return
      text = String(said).slice(0, MAX_PROGRESS).toWellFormed()
      undo ??= clock.schedule(Math.max(0, lastAt + progressMs - clock.now()), () => {
        isDue = true
        wake()
      })
    },
    async next(): Promise<Happened> {
      for (;;) {
        if (text !== undefined && (isDue || decisive)) {
          const said = text
          text = undefined
          isDue = false
          undo?.()
          undo = undefined
          lastAt = clock.now()
          if (decisive?.type !== 'aborted') return { type: 'progress', text: said }
        }
        if (decisive) return decisive
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    close(): void {
      isClosed = true
      undo?.()
    },
  }
}
