/**
 * Plays cases to the agents of a real engine over a memory store, by the real clock: what a case is about is what a
 * socket does and when. Owns: what a case is held to. Does not know: which agents there are.
 */
import {
  createFold,
  type Envelope,
  envelopeJson,
  isEnded,
  type Run,
  splitFrames,
  type ThreadKey,
  type ThreadView,
} from '@holdfast/core'
import { complaintOf } from '@holdfast/core/testing'
import { expect } from 'vitest'
import { createCatalogue } from '../../agents/catalogue.ts'
import type { Agent } from '../../agents/port.ts'
import { createInProcessBus } from '../../bus/in-process-bus.ts'
import { createEngine } from '../../engine/engine.ts'
import { systemClock } from '../../process/system-clock.ts'
import { createMemoryStore } from '../../store/memory/memory-store.ts'
import { LOCAL_PRINCIPAL as me } from '../../store/principal.ts'
import type { Case, Expected } from './case.ts'
import { type CasePlayer, playCases } from './play.ts'

/** Only for a run that hangs: each is to be over within eight seconds. */
const HANGS_AFTER_MS = 20_000

export interface Replay {
  readonly player: CasePlayer
  /** Resolves when the case came to what it is to come to; rejects with what is wrong. */
  replay(played: Case): Promise<void>
  close(): Promise<void>
}

/** `agentFor` makes the agent of one case, which is asked at `url`; its id is to be `id`. */
export async function createReplay(
  cases: readonly Case[],
  agentFor: (options: { readonly id: string; readonly url: string; readonly clock: typeof systemClock }) => Agent,
): Promise<Replay> {
  const player = await playCases(cases)
  const bus = createInProcessBus({
    onListenerError: (error) => {
      throw error
    },
  })
  const store = createMemoryStore({ clock: systemClock, publish: bus.publish })
  const agents = cases.map((played) => agentFor({ id: played.name, url: player.urlOf(played), clock: systemClock }))
  const engine = createEngine({
    store,
    bus,
    catalogue: createCatalogue(agents, agents[0]?.id ?? ''),
    clock: systemClock,
    workerId: 'replay',
    exclusive: true,
    drainMs: 0,
  })
  await store.rooms.create(me, { roomId: 'cases', title: 'Cases', agentId: agents[0]?.id ?? '' })
  await engine.start()

  async function envelopesOf(key: ThreadKey): Promise<readonly Envelope[]> {
    const answer = await store.log.read(me, key, { after: 0, maxBytes: 1e9, maxRecords: 1e9 })
    if (answer.type !== 'chunk') throw new Error(answer.type)
    return splitFrames(new TextDecoder().decode(answer.frames)).map(
      (each) => JSON.parse(envelopeJson(each)) as Envelope,
    )
  }

  /** Resolves once the condition holds: it is asked after each notice of the thread. */
  async function until<T>(key: ThreadKey, look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const undo = bus.subscribe((notice) => {
        if ('key' in notice && notice.key.threadId === key.threadId) resolve()
      })
      try {
        const found = await look()
        if (found !== undefined) return found
        await promise
      } finally {
        undo()
      }
    }
  }

  async function endOf(key: ThreadKey, runId: string): Promise<Run> {
    const ended = until(key, async () => {
      const answer = await store.runs.get(me, key, runId)
      return answer.type === 'run' && isEnded(answer.run) ? answer.run : undefined
    })
    let undo = () => {}
    const hangs = new Promise<never>((_, reject) => {
      undo = systemClock.schedule(HANGS_AFTER_MS, () => reject(new Error(`${runId} has not ended.`)))
    })
    return Promise.race([ended, hangs]).finally(undo)
  }

  async function ask(key: ThreadKey, runId: string, content: string, agentId: string): Promise<void> {
    const messages = [{ id: `${runId}-q`, role: 'user' as const, content }]
    const request = { runId, messages, agentId, onBusy: 'reject', tools: [], context: [] } as const
    expect(await store.runs.start(me, key, request)).toMatchObject({ type: 'accepted' })
  }

  return {
    player,
    async replay(played) {
      const key = { roomId: 'cases', threadId: played.name }
      for (const [n, turn] of turnsOf(played).entries()) {
        const runId = `${played.name}-${n + 1}`
        await ask(key, runId, turn.says, played.name)
        if (turn.isCancelled) {
          await until(key, async () => (await envelopesOf(key)).find(({ event }) => event.type === 'TOOL_CALL_START'))
          await store.runs.cancelRun(me, key, runId)
        }
        const run = await endOf(key, runId)
        const of = (await envelopesOf(key)).filter((envelope) => envelope.runId === runId)
        await expectLegal(of)
        if (turn.expected) expectOne(turn.expected, (expected) => expectRun(run, of, expected))
      }
      const snapshot = await store.threads.snapshot(me, key)
      if (snapshot.type !== 'snapshot') throw new Error(snapshot.type)
      expect(snapshot.view).toEqual(foldOf(key, await envelopesOf(key)))
      expectOne(played.expected, (expected) => expectConversation(snapshot.view.messages, expected))
    },
    async close() {
      await engine.close()
      await store.close()
      await player.close()
    },
  }
}

interface Turn {
  readonly says: string
  readonly isCancelled?: boolean
  /** Absent: it may end in any way. */
  readonly expected?: Expected | readonly Expected[]
}

function turnsOf({ agent, before = [], expected }: Case): readonly Turn[] {
  const last = { expected }
  if (agent === 'model')
    return [...before.map((each) => ({ expected: each })), last].map((each) => ({ says: 'Hi', ...each }))
  const { cancelFirst = false, firstFails = false } = Array.isArray(expected) ? {} : (expected as Expected)
  const first = cancelFirst || firstFails ? { isCancelled: cancelFirst } : last
  return [
    { says: 'one', ...first },
    { says: 'two', ...last },
  ]
}

/** Any one of a list is right. The last one's complaint is reported. */
function expectOne(expected: Expected | readonly Expected[], judge: (one: Expected) => void): void {
  const all = Array.isArray(expected) ? (expected as readonly Expected[]) : [expected as Expected]
  let complaint: unknown
  for (const one of all) {
    try {
      judge(one)
      return
    } catch (error) {
      complaint = error
    }
  }
  throw complaint
}

function expectRun(run: Run, envelopes: readonly Envelope[], expected: Expected): void {
  const said = (type: string) =>
    envelopes
      .map(({ event }) => (event.type === type && 'delta' in event ? event.delta : ''))
      .join('')
      .trim()
  const outcome = isEnded(run) ? run.outcome : undefined
  const failure = outcome?.type === 'failed' ? outcome : undefined
  const codes = typeof expected.code === 'string' ? [expected.code] : expected.code
  const is = {
    outcome: outcome?.type,
    code: failure?.code,
    sentence: failure?.message,
    text: said('TEXT_MESSAGE_CONTENT'),
    reasoning: said('REASONING_MESSAGE_CONTENT'),
  }
  expect(is).toMatchObject({
    ...(expected.outcome && { outcome: expected.outcome }),
    ...(codes && { code: expect.toBeOneOf([...codes]) }),
    ...(expected.sentence && { sentence: expect.stringMatching(new RegExp(expected.sentence, 'i')) }),
    ...(expected.text !== undefined && { text: expected.text }),
    ...(expected.reasoning !== undefined && { reasoning: expected.reasoning }),
  })
  if (failure) expect(failure.message.length).toBeLessThanOrEqual(expected.maxSentence ?? Number.POSITIVE_INFINITY)
  if (expected.usage) expect(run).toMatchObject({ usage: [{ outputTokens: expect.any(Number) }] })
  if (expected.minWaitMs) expect(longestWait(envelopes)).toBeGreaterThanOrEqual(expected.minWaitMs)
}

function longestWait(envelopes: readonly Envelope[]): number {
  const waits = envelopes.map(({ event }) =>
    event.type === 'CUSTOM' && event.name === 'holdfast.waiting'
      ? (event.value as { readonly retryAfterMs: number }).retryAfterMs
      : 0,
  )
  return Math.max(0, ...waits)
}

function expectConversation(
  messages: readonly { readonly role: string; readonly content?: unknown }[],
  { answers, tools, questions }: Expected,
): void {
  const contents = (role: string) => messages.filter((each) => each.role === role).map(({ content }) => content)
  if (answers !== undefined) expect(contents('assistant').join('').trim()).toBe(answers)
  if (tools) expect(contents('tool')).toEqual(tools)
  if (questions) expect(contents('user')).toEqual(questions)
}

/** G4: one terminal event, `run.ended` behind it, and nothing left open. */
async function expectLegal(envelopes: readonly Envelope[]): Promise<void> {
  const said = envelopes.filter(({ kind }) => kind === 'agui').map(({ event }) => event)
  expect(await complaintOf(said)).toBeUndefined()
  expect(envelopes.filter(({ event }) => event.type === 'run.ended')).toEqual([envelopes.at(-1)])
}

function foldOf(key: ThreadKey, envelopes: readonly Envelope[]): ThreadView {
  const fold = createFold(key)
  for (const envelope of envelopes) fold.apply(envelope)
  return fold.view()
}
