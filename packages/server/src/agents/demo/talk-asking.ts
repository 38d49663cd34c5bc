/**
 * What the demo agent does for a person who wants to be asked: before a tool is called, or to choose. The run that
 * brings the answer goes on from there. Does not know: which words of the person lead here.
 */
import type { Event, Interrupt, RunAgentInput } from '@ag-ui/core'
import type { Answered } from '../port.ts'
import { sleep } from '../sleep.ts'
import { approvalIn, approvalQuestion, asking, outcomeQuestion, postcardSchema, whatHappened } from './questions.ts'
import { announce, begin, complete, mainActor, type Stage, say } from './stage.ts'
import { TOKEN_MS, think, tokensOf } from './talk.ts'

const TOOL = 'send_postcard'
const SEND_MS = 1_500
const CHOICES = ['the mountains', 'the sea', 'a quiet room with a book']

/** Asks before it sends a postcard. Nothing is really sent. */
export async function* askFirst(input: RunAgentInput, stage: Stage): AsyncGenerator<Event> {
  yield* think(stage, 'They want to be asked before I do anything. I prepare a postcard, and I send it only if I may.')
  const args = JSON.stringify({ to: 'Ada', text: 'Greetings from a run that waited for you.' })
  const plan = { name: TOOL, args }
  const id = yield* announce(mainActor(stage), plan, undefined)
  yield asking(input, approvalQuestion(stage.newId(), { id, ...plan }, 'May I send this postcard?'))
}

export async function* askToChoose(input: RunAgentInput, stage: Stage): AsyncGenerator<Event> {
  yield* think(stage, 'They want me to ask something. A choice is easiest to answer.')
  yield asking(input, {
    id: stage.newId(),
    reason: 'question',
    message: 'Where would you rather be now?',
    responseSchema: {
      type: 'object',
      properties: { choice: { type: 'string', title: 'I would rather be in', enum: CHOICES } },
      required: ['choice'],
    },
  })
}

/** Continues with a person's answer to one of the questions above. */
export async function* goOn(input: RunAgentInput, stage: Stage, answered: Answered): AsyncGenerator<Event> {
  if (answered.interrupt.metadata?.toolName === TOOL) yield* goOnSending(input, stage, answered)
  else yield* say(mainActor(stage), () => tokensOf(thanksFor(answered)), TOKEN_MS)
}

async function* goOnSending(
  input: RunAgentInput,
  stage: Stage,
  { interrupt, answer }: Answered,
): AsyncGenerator<Event> {
  const main = mainActor(stage)
  const call = main.done.calls.get(interrupt.toolCallId ?? '')
  if (!call) return
  if (!call.hasResult) {
    // The server stopped while the postcard was being sent for this very answer.
    if (call.isStartedHere) {
      yield asking(input, outcomeQuestion(stage.newId(), call, undefined))
      return
    }
    const decision = decide(interrupt, answer)
    if (decision.type === 'send') {
      yield* begin(main, call.id, 'effect')
      await sleep(stage.clock, SEND_MS, stage.signal)
    }
    yield* complete(main, call.id, decision.result, decision.type === 'refuse')
  }
  yield* say(main, () => tokensOf(afterSending(interrupt, answer)), TOKEN_MS)
}

interface Decision {
  readonly type: 'send' | 'note' | 'refuse'
  readonly result: string
}

function decide(interrupt: Interrupt, answer: Answered['answer']): Decision {
  const sent = (args: unknown): Decision => ({
    type: 'send',
    result: JSON.stringify({ sent: true, ...postcard(args) }),
  })
  const asked = interrupt.metadata?.arguments
  if (interrupt.reason === 'tool_outcome_unknown') {
    const told = whatHappened(answer)
    if (told.type === 'again') return sent(asked)
    if (told.type === 'happened') return { type: 'note', result: told.result ?? 'It was sent.' }
    return { type: 'refuse', result: 'This call was skipped: the person decided that it is not made again.' }
  }
  const { approved, arguments: edited, note } = approvalIn(answer)
  if (approved) return sent(edited ?? asked)
  return { type: 'refuse', result: `The person did not allow this call.${note ? ` They say: ${note}` : ''}` }
}

function postcard(args: unknown): { readonly to?: string; readonly text?: string } {
  return postcardSchema.safeParse(args).data ?? {}
}

function afterSending(interrupt: Interrupt, answer: Answered['answer']): string {
  const { type } = decide(interrupt, answer)
  if (type === 'refuse') return 'All right, the postcard stays here. Nothing was sent, and nothing will be.'
  return (
    'The postcard is on its way, or it would be if I were more than a demonstration. Notice that I waited for your ' +
    'answer without keeping anything busy: you could have closed the page, or answered from another device.'
  )
}

function thanksFor({ answer: { status, payload } }: Answered): string {
  if (status === 'cancelled') return 'You did not want to answer, and that is fine. I continue without it.'
  const said = typeof payload === 'object' && payload !== null && 'choice' in payload ? payload.choice : payload
  const words = typeof said === 'string' ? said : (JSON.stringify(said) ?? 'nothing')
  return `Thank you. Your answer was:\n\n> ${words.slice(0, 400).replaceAll('\n', '\n> ')}\n\nNow I can continue.`
}
