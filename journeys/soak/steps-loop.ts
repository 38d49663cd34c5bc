/**
 * G13: a real server process is killed again and again while agents call tools. No completed call is made again, no call
 * with an effect is made twice without an answer, no view shows anything twice, and every run ends or asks.
 */
import { type Envelope, isEnded, paths, type Run, type ThreadKey, type ThreadSnapshot } from '@holdfast/core'
import { createHoldfastServer, type HoldfastServer } from '../server.ts'
import { get, post, readLog, wait } from './asking.ts'
import { dice } from './dice.ts'
import { createWitness, type Witness } from './witness.ts'

const EFFECTS = ['read', 'idempotent', 'effect'] as const
type Effect = (typeof EFFECTS)[number]

const STEPS = 6
const CHILDREN = 2
const CHILD_STEPS = 3
const TOKENS = 10
const STEP_MS = 25
/** A run fails after this many resumptions, and that would show nothing. */
const MOST_KILLS = 3

const OUTCOMES = ['happened', 'again', 'skip'] as const

export interface StepsReport {
  readonly kills: number
  readonly runs: number
  readonly calls: number
  readonly questions: number
  readonly resumed: number
}

interface Played {
  readonly key: ThreadKey
  readonly effect: Effect
  readonly witness: Witness
  /** How often a person said that a call is to be made again, by toolCallId. */
  readonly again: Map<string, number>
  questions: number
}

export async function stepsLoop(kills: number, seed: number, say: (line: string) => void): Promise<StepsReport> {
  const random = dice(seed)
  const server = await createHoldfastServer({ HOLDFAST_LOG: 'error' })
  const total = { kills: 0, runs: 0, calls: 0, questions: 0, resumed: 0 }
  try {
    await server.start()
    for (let round = 1; total.kills < kills; round++) {
      const played = EFFECTS.map((effect) => begin(effect, { roomId: 'default', threadId: `steps-${round}-${effect}` }))
      for (const { key, effect } of played) await server.play(key, scriptOf(effect))
      const deaths = Math.min(1 + Math.floor(random() * MOST_KILLS), kills - total.kills)
      for (let death = 0; death < deaths; death++) {
        const watching = Promise.all(played.map(({ witness }) => witness.watch(server.url)))
        await wait(random() * 500)
        await server.kill()
        await watching
        await server.start()
        total.kills++
        if (total.kills % 10 === 0)
          say(`${total.kills}/${kills} kills, ${total.calls} calls, ${total.questions} questions`)
      }
      for (const each of played) {
        const runs = await finish(server, each, random)
        const log = await readLog(server, each.key)
        total.calls += check(each, log, await get<ThreadSnapshot>(server, paths.thread(each.key)))
        total.runs += runs.length
        total.resumed += runs.reduce((sum, run) => sum + (('resumed' in run && run.resumed) || 0), 0)
        total.questions += each.questions
      }
    }
    await server.stop()
  } finally {
    await server.dispose()
  }
  return total
}

function begin(effect: Effect, key: ThreadKey): Played {
  return { key, effect, witness: createWitness(key), again: new Map(), questions: 0 }
}

const scriptOf = (effect: Effect) => ({
  steps: STEPS,
  effect,
  subagents: CHILDREN,
  subagentSteps: CHILD_STEPS,
  tokens: TOKENS,
  intervalMs: STEP_MS,
})

/** Answers every question, until no run is left that has not ended. */
async function finish(server: HoldfastServer, played: Played, random: () => number): Promise<readonly Run[]> {
  const { key } = played
  const deadline = performance.now() + 60_000
  for (;;) {
    const { runs, interrupts } = await get<ThreadSnapshot>(server, paths.thread(key))
    const [question] = interrupts
    if (question) {
      const outcome = OUTCOMES[Math.floor(random() * OUTCOMES.length)] ?? 'skip'
      const call = question.toolCallId ?? ''
      if (outcome === 'again') played.again.set(call, 1 + (played.again.get(call) ?? 0))
      played.questions++
      const resume = [{ interruptId: question.id, status: 'resolved', payload: { outcome } }]
      const answer = await post(server.url, paths.runs(key), { runId: crypto.randomUUID(), messages: [], resume })
      if (answer?.status !== 202) throw new Error(`${key.threadId}: an answer got ${JSON.stringify(answer)}`)
    } else if (runs.length > 0 && runs.every(isEnded)) return runs
    if (performance.now() > deadline) throw new Error(`${key.threadId}: not finished after 60 s`)
    await wait(20)
  }
}

/** How many calls were made. @throws Error for the first promise that is broken */
function check({ key, effect, witness, again }: Played, log: readonly Envelope[], view: ThreadSnapshot): number {
  const fail = (what: string) => new Error(`${key.threadId}: ${what}`)
  for (const [seq, seen] of witness.seen) {
    if (JSON.stringify(log[seq - 1]) !== JSON.stringify(JSON.parse(seen)))
      throw fail(`record ${seq} was seen otherwise`)
  }
  const ends = view.runs.map((run) => run.status)
  if (ends.some((status) => status !== 'succeeded' && status !== 'interrupted')) throw fail(`ended ${ends.join(', ')}`)
  const starts = new Map<string, number>()
  const results = new Map<string, number>()
  for (const { event } of log) {
    if (event.type === 'CUSTOM' && event.name === 'holdfast.tool_started') count(starts, event.value.toolCallId)
    if (event.type === 'TOOL_CALL_RESULT') count(results, event.toolCallId)
  }
  for (const [call, times] of results) if (times > 1) throw fail(`the completed call ${call} was made ${times} times`)
  for (const [call, times] of starts)
    if (times > 1 + (again.get(call) ?? 0)) throw fail(`the call ${call} was made ${times} times without an answer`)
  if (effect === 'effect' && starts.size !== STEPS)
    throw fail(`${starts.size} calls with an effect instead of ${STEPS}`)
  const steps = STEPS + CHILDREN + CHILDREN * CHILD_STEPS
  if (results.size !== steps) throw fail(`${results.size} results instead of ${steps}`)
  checkView(view, fail)
  return results.size
}

function checkView({ messages, subagents, open }: ThreadSnapshot, fail: (what: string) => Error): void {
  if (open.length > 0) throw fail('something is still open')
  const text = messages.map((message) => (message.role === 'assistant' ? (message.content ?? '') : '')).join('')
  const wanted = Array.from({ length: TOKENS }, (_, n) => `t${n} `).join('')
  if (text !== wanted) throw fail(`the view shows ${JSON.stringify(text)}`)
  if (new Set(messages.map(({ id }) => id)).size !== messages.length) throw fail('a message is shown twice')
  const done = subagents.filter(({ status }) => status === 'succeeded')
  if (subagents.length !== CHILDREN || done.length !== CHILDREN) throw fail('not every sub-agent succeeded once')
  for (const { name, steps } of subagents) {
    const calls = steps.filter(({ kind }) => kind === 'tool')
    if (calls.length !== CHILD_STEPS) throw fail(`${name} has ${calls.length} tool steps instead of ${CHILD_STEPS}`)
  }
}

function count(of: Map<string, number>, name: string): void {
  of.set(name, 1 + (of.get(name) ?? 0))
}
