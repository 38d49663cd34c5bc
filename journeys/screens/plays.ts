/**
 * What the agent of the pictures does, by the question it is asked. Each play pauses where a picture is taken, and ends
 * only when it is stopped.
 */
import { type Event, EventType, type RunAgentInput, type RunFinishedInterruptOutcome } from '@ag-ui/core'
import { AgentFailure } from '@holdfast/server'
import { RICH } from './rich-answer.ts'

export type Play = (signal: AbortSignal, run: Pick<RunAgentInput, 'threadId' | 'runId'>) => AsyncGenerator<Event>

const waitingForWord = new Set<() => void>()

/** What the demo agent would take minutes for, or never does. The question is also the thread's title. */
export const PLAYS = {
  'Compare three heat pumps for an old house': async function* (signal) {
    yield* thought('Three kinds: air to water, brine to water, water to water. Your house decides.')
    yield* said(PUMPS, 'open')
    await held(signal)
  },
  'Show me everything an answer can hold': async function* () {
    yield* said(RICH)
  },
  'Why do sails hold the wind?': async function* (signal) {
    yield* thought('Lift first, then drag. A picture of the flow would help; words have to do. ', 'open')
    await held(signal)
  },
  'How long does a rope last?': async function* () {
    yield* thought('Sunlight, salt, load. Polyamide ages faster than polyester. ')
    yield* said('Between **three and ten years**, depending on sun and salt.')
  },
  'Look up the tides of Porto': async function* (signal) {
    yield* called('look_up_tides', '{"harbour":"Porto","days":', 'writes')
    await held(signal)
  },
  'Book a van for the last weekend of May': async function* (signal) {
    yield* called('find_vans', '{"city":"Porto","from":"2026-05-29","to":"2026-05-31"}', 'runs')
    await held(signal)
  },
  'What needs pruning in March?': async function* () {
    yield* called('look_up', '{"query":"pruning in March","limit":3}', '{"found":["Roses","Apple trees","Vines"]}')
    yield* said('Roses, apple trees and vines. Leave what flowers in spring until it has flowered.')
  },
  'Which bread keeps longest?': async function* (signal) {
    yield waiting(45_000)
    await held(signal)
  },
  'Plan the move, week by week': async function* () {
    yield* said('**Week one.** Count the boxes. **Week two.** Halve them.', 'open')
    // Ignores the stop until the server moves on without it.
    await held()
  },
  'Outline the argument of chapter four': async function* () {
    yield* said('The chapter makes one claim and defends it against two objections. First', 'open')
    throw new AgentFailure('agent_error', 'The library’s catalogue did not answer: try again in a few minutes.')
  },
  'Name every lighthouse there is': async function* () {
    yield waiting(0)
    throw new AgentFailure(
      'model_rate_limited',
      'The model provider accepts no more requests for now. Wait a moment, then try again.',
    )
  },
  'Translate this chapter': async function* () {
    yield waiting(0)
    throw new AgentFailure(
      'model_auth',
      'The model provider refused the key. Set a valid OPENAI_API_KEY and restart the server.',
    )
  },
  'Count to a million': async function* () {
    for (let n = 0; ; n += 1) yield* said(`${n}`)
  },
  'May I delete the old drafts?': async function* (_, run) {
    yield* said('There are eleven drafts that nobody has opened this year.')
    yield asking(run, { reason: 'Delete eleven drafts?' })
  },
  'Send the invitations': async function* (_, run) {
    yield* said('The list is ready: forty guests, three of them abroad.')
    yield* called('send_invitations', '{"to":40,"text":"Come to the harbour on Saturday."}', 'runs', 'send')
    yield asking(run, { ...SEND, toolCallId: 'send', expiresAt: new Date(Date.now() + 599_000).toISOString() })
  },
  'Which boiler do you have?': async function* (_, run) {
    yield asking(run, {
      reason: 'input',
      message: 'Which boiler is in the cellar?',
      responseSchema: { type: 'string', enum: ['Gas', 'Oil', 'District heating', 'I don’t know'] },
    })
  },
  'Book the ferry': async function* (_, run) {
    yield asking(run, { reason: 'input', message: 'Who travels, and when?', responseSchema: FERRY })
  },
  'Import the address book': async function* (_, run) {
    const responseSchema = { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } }
    yield asking(run, { reason: 'input', message: 'Which addresses shall I import?', responseSchema })
  },
  'Pay the deposit': async function* (_, run) {
    yield* called('pay', '{"to":"Harbour office","amount":250}', 'runs', 'pay')
    const metadata = { toolName: 'pay', arguments: { to: 'Harbour office', amount: 250 } }
    const message = 'The server restarted while this call was on its way. It may have happened.'
    yield asking(run, { reason: 'tool_outcome_unknown', message, toolCallId: 'pay', metadata })
  },
  'Prepare the party': async function* (_, run) {
    yield asking(run, SEND, { reason: 'Where shall the party be?' })
  },
  'Wait for my word': async function* () {
    await new Promise<void>((resolve) => waitingForWord.add(resolve))
    yield* said('Here it is.')
  },
  'Now!': async function* (signal) {
    for (const goOn of waitingForWord) goOn()
    waitingForWord.clear()
    yield* said('All at once.')
    // It is stopped silently: its own end would appear as news.
    await held(signal)
  },
  'Say it in a sentence': async function* () {
    yield* said('A run that nobody watches is still a run.')
  },
} as const satisfies Record<string, Play>

export type Question = keyof typeof PLAYS

const PUMPS = `An old house loses its heat through the walls, so the question is not which pump is best but *at which flow temperature* it has to work.

1. **Air to water** is the cheapest to put in, and the noisiest. Below −5 °C its figures fall.
2. **Brine to water** needs a borehole, and then hardly cares about the weather.
3. **Water to water** is the most efficient of the three, where the ground water is`

/** A text; one that stays open is still being written. */
function* said(text: string, stays?: 'open'): Generator<Event> {
  const messageId = crypto.randomUUID()
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
  yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: text }
  if (stays !== 'open') yield { type: EventType.TEXT_MESSAGE_END, messageId }
}

function* thought(text: string, stays?: 'open'): Generator<Event> {
  const messageId = crypto.randomUUID()
  yield { type: EventType.REASONING_MESSAGE_START, messageId, role: 'reasoning' }
  yield { type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta: text }
  if (stays !== 'open') yield { type: EventType.REASONING_MESSAGE_END, messageId }
}

const SEND = {
  reason: 'tool_approval',
  message: 'Send the invitation to forty guests?',
  metadata: {
    toolName: 'send_invitations',
    arguments: { to: 40, text: 'Come to the harbour on Saturday.' },
    argumentsHash: 'a',
  },
}

const FERRY = {
  type: 'object',
  required: ['name', 'cabin', 'contact'],
  properties: {
    name: { type: 'string', title: 'Name', maxLength: 80, description: 'As in the passport' },
    people: { type: 'integer', title: 'Passengers', minimum: 1, maximum: 9, default: 2 },
    day: { type: 'string', format: 'date', title: 'Day' },
    cabin: { type: 'string', title: 'Cabin', enum: ['in', 'out'], enumNames: ['Inside', 'Outside'] },
    car: { type: 'boolean', title: 'We bring a car' },
    contact: {
      type: 'object',
      title: 'Contact',
      required: ['mail'],
      properties: {
        mail: { type: 'string', format: 'email', title: 'E-mail' },
        phone: { type: 'string', maxLength: 40 },
      },
    },
  },
}

type Asked = Omit<NonNullable<RunFinishedInterruptOutcome['interrupts']>[number], 'id'>

function asking({ threadId, runId }: Pick<RunAgentInput, 'threadId' | 'runId'>, ...asked: readonly Asked[]): Event {
  const interrupts = asked.map((each) => ({ ...each, id: crypto.randomUUID() }))
  return { type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: 'interrupt', interrupts } }
}

/** A tool call: its input is being written, it runs, or it has a result. */
function* called(
  toolCallName: string,
  input: string,
  became: 'writes' | 'runs' | (string & {}),
  toolCallId: string = crypto.randomUUID(),
): Generator<Event> {
  yield { type: EventType.TOOL_CALL_START, toolCallId, toolCallName }
  yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta: input }
  if (became === 'writes') return
  yield { type: EventType.TOOL_CALL_END, toolCallId }
  if (became === 'runs') return
  const messageId = crypto.randomUUID()
  yield { type: EventType.TOOL_CALL_RESULT, toolCallId, messageId, role: 'tool', content: became }
}

/** The provider of a model wants a pause. */
function waiting(retryAfterMs: number): Event {
  const until = new Date(Date.now() + retryAfterMs).toISOString()
  const value = { reason: 'rate_limited', retryAfterMs, until, attempt: 2, maxAttempts: 6 }
  return { type: EventType.CUSTOM, name: 'holdfast.waiting', value }
}

/** Waits for a stop; without a signal for ever. */
function held(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
