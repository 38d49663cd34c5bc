/**
 * Random logs as a server may write them. Their runs are queued, retried, answered, cancelled, failed or orphaned, and hold
 * interleaved text, thoughts, tool calls, steps, state and activities, of their own and of nested sub-agents. Some continue
 * after a crash and say again what they were saying. Some agents reuse ids in every run.
 */
import type { Message } from '@ag-ui/core'
import fc from 'fast-check'
import type { Outcome } from '../lifecycle/outcome.ts'
import type { Envelope } from '../log/envelope.ts'
import { createLogBuilder, type EventJson, type LogBuilder } from './log-builder.ts'

const DOING = [
  'text',
  'text',
  'thought',
  'thinking',
  'call',
  'call',
  'result',
  'step',
  'subagent',
  'subagent',
  'progress',
  'superseded',
  'stop-subagent',
  'grow',
  'grow',
  'grow',
  'grow',
  'close',
  'close',
  'state',
  'patch',
  'patch',
  'activity',
  'activity-patch',
  'messages',
  'encrypt',
  'raw',
  'custom',
  'cancel',
] as const

const action = fc.record({
  does: fc.constantFrom(...DOING),
  /** Which one, modulo how many there are. */
  pick: fc.nat(7),
  word: fc.string({ maxLength: 6 }),
  value: fc.jsonValue({ maxDepth: 2 }),
  inSubagent: fc.boolean(),
})
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

const ENDS = ['succeeded', 'succeeded', 'failed', 'cancelled', 'interrupted', 'superseded', 'lost', 'never'] as const

const runPlan = fc.record({
  newMessages: fc.nat(2),
  /** Where it attaches: a message counted from the end of the log, or the newest. */
  parent: fc.option(fc.nat(6)),
  queuedAhead: fc.boolean(),
  edited: fc.boolean(),
  naive: fc.boolean(),
  actions: fc.array(action, { maxLength: 25 }),
  end: fc.constantFrom(...ENDS),
  usage: fc.boolean(),
})
type RunPlan = typeof runPlan extends fc.Arbitrary<infer A> ? A : never

/** Envelopes from seq 1 on, as `JSON.parse` returns them. */
export function legalLog(): fc.Arbitrary<readonly Envelope[]> {
  return fc.array(runPlan, { minLength: 1, maxLength: 4 }).map((plans) => {
    const log = createLogBuilder()
    const told: string[] = []
    writeRuns(log, plans, told)
    return JSON.parse(JSON.stringify(log.envelopes)) as readonly Envelope[]
  })
}

function writeRuns(log: LogBuilder, plans: readonly RunPlan[], told: string[]): void {
  const asked = plans.map((plan, index) => ({
    plan,
    runId: `run-${index}`,
    messages: userMessages(index, plan.newMessages),
  }))
  const accepted = new Set<string>()
  const accept = (run: (typeof asked)[number]) => {
    if (accepted.has(run.runId)) return
    accepted.add(run.runId)
    log.accept(run.runId, run.messages)
  }
  for (const [index, run] of asked.entries()) {
    accept(run)
    const next = asked[index + 1]
    if (next?.plan.queuedAhead) {
      accept(next)
      const edited = next.plan.edited ? { edited: { [next.runId]: next.messages } } : {}
      const first = next.plan.usage ? { first: run.runId } : {}
      const paused = next.plan.naive
      log.control({ type: 'queue.changed', order: [next.runId, run.runId, 'unknown'], paused, ...first, ...edited })
    }
    const parentId = run.plan.parent === null ? (told.at(-1) ?? null) : (told.at(-1 - run.plan.parent) ?? null)
    log.start(run.runId, run.messages, parentId)
    for (const message of run.messages) told.push(message.id)
    const last = index === asked.length - 1
    writeRun(log, run.runId, run.plan, told, last)
  }
}

function userMessages(run: number, count: number): Message[] {
  return Array.from({ length: count }, (_, nth) => ({
    id: `ask-${run}-${nth}`,
    role: 'user',
    content: `Question ${nth}`,
  }))
}

type Owner = { readonly subagentRunId?: string }

interface Open {
  /** The id of its message, if it is one. */
  readonly message?: string
  readonly grow?: EventJson
  readonly close: EventJson
}

function writeRun(log: LogBuilder, runId: string, plan: RunPlan, told: string[], mayStayOpen: boolean): void {
  const open: Open[] = []
  const mine: string[] = []
  /** Messages of the main conversation that a later run may attach to, by their ids there. */
  const main: string[] = []
  const calls: { readonly id: string; readonly by: Owner }[] = []
  /** Those whose texts and thoughts are closed. */
  const said: { readonly id: string; readonly by: Owner }[] = []
  const subagents: string[] = []
  let count = 0
  let cancelling = false
  let resumed = 0
  const say = (event: EventJson) => log.agui(runId, event)
  const fresh = (letter: string) => `${letter}${++count}${plan.naive ? '' : `-${runId}`}`

  function begin(start: EventJson, item: Open): void {
    say(start)
    open.push(item)
  }

  function act({ does, pick, word, value, inSubagent }: Action): void {
    // Some agents tag events and announce no sub-agent.
    const subagentRunId = inSubagent
      ? (subagents.at(-1 - (pick % 2)) ?? (pick === 7 ? 'untold' : undefined))
      : undefined
    const by: Owner = subagentRunId === undefined ? {} : { subagentRunId }
    const metadata = pick === 0 ? { metadata: { [word]: pick } } : {}
    switch (does) {
      case 'text': {
        const messageId = fresh('m')
        mine.push(messageId)
        if (subagentRunId === undefined && !plan.naive) main.push(messageId)
        const role = pick === 1 ? { role: 'user' } : {}
        begin(
          { type: 'TEXT_MESSAGE_START', messageId, ...role, ...by, ...metadata },
          {
            message: messageId,
            grow: { type: 'TEXT_MESSAGE_CONTENT', messageId, ...by },
            close: { type: 'TEXT_MESSAGE_END', messageId, ...by, ...metadata },
          },
        )
        break
      }
      case 'thought': {
        // Some agents give a thought the id of the answer that follows.
        const messageId = plan.naive && pick === 2 ? `m${count + 1}` : fresh('r')
        if (open.some(({ close }) => close.messageId === messageId)) break
        begin(
          { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning', ...by },
          {
            message: messageId,
            grow: { type: 'REASONING_MESSAGE_CONTENT', messageId, ...by },
            close: { type: 'REASONING_MESSAGE_END', messageId, ...by },
          },
        )
        break
      }
      case 'thinking': {
        const messageId = fresh('b')
        begin({ type: 'REASONING_START', messageId, ...by }, { close: { type: 'REASONING_END', messageId, ...by } })
        break
      }
      case 'call': {
        const toolCallId = fresh('c')
        calls.push({ id: toolCallId, by })
        const parentMessageId = pick < 3 || inSubagent ? undefined : (mine[pick % (mine.length + 1)] ?? fresh('m'))
        const parent = parentMessageId === undefined ? {} : { parentMessageId }
        begin(
          { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'search', ...parent, ...by, ...metadata },
          {
            grow: { type: 'TOOL_CALL_ARGS', toolCallId, ...by },
            close: { type: 'TOOL_CALL_END', toolCallId, ...by, ...metadata },
          },
        )
        break
      }
      case 'result': {
        const call = calls[pick % (calls.length + 1)]
        const failed = pick === 5 && { metadata: { holdfast: { error: true } } }
        if (call)
          say({
            type: 'TOOL_CALL_RESULT',
            messageId: fresh('t'),
            toolCallId: call.id,
            content: word,
            ...call.by,
            ...failed,
          })
        break
      }
      case 'step': {
        const stepName = fresh('s')
        begin({ type: 'STEP_STARTED', stepName, ...by }, { close: { type: 'STEP_FINISHED', stepName, ...by } })
        break
      }
      case 'subagent': {
        const id = fresh('sub')
        const parent = subagentRunId === undefined ? {} : { parentSubagentRunId: subagentRunId }
        const call = calls[pick % (calls.length + 1)]
        const parentCall = call ? { parentToolCallId: call.id } : {}
        const job = pick === 1 ? { metadata: { holdfast: { jobId: word } } } : {}
        subagents.push(id)
        begin(
          { type: 'SUBAGENT_STARTED', subagentRunId: id, name: 'helper', ...parent, ...parentCall, ...job },
          { close: subagentsEnd(id, pick, word) },
        )
        break
      }
      case 'progress': {
        const call = calls[pick % (calls.length + 1)]
        if (call)
          say({ type: 'CUSTOM', name: 'holdfast.progress', value: { toolCallId: call.id, text: word }, ...call.by })
        break
      }
      case 'superseded': {
        const { by: owner } = said.at(-1 - (pick % 2)) ?? { by }
        const messageIds = said.filter((one) => one.by.subagentRunId === owner.subagentRunId).map(({ id }) => id)
        log.control({ type: 'run.status', status: 'running', resumed: ++resumed }, runId)
        say({ type: 'CUSTOM', name: 'holdfast.superseded', value: { messageIds: messageIds.slice(-2) }, ...owner })
        break
      }
      case 'stop-subagent': {
        const id = subagents.at(-1 - (pick % 2))
        if (id) log.control({ type: 'subagent.cancel-requested', subagentRunId: id, by: 'ada' }, runId)
        break
      }
      case 'grow': {
        const item = open.filter(({ grow }) => grow).at(-1 - (pick % 2))
        if (item?.grow) say({ ...item.grow, delta: word, ...metadata })
        break
      }
      case 'close': {
        const item = open.splice(open.length === 0 ? 0 : pick % open.length, 1)[0]
        if (item) say(item.close)
        if (item?.message)
          said.push({
            id: item.message,
            by: item.grow?.subagentRunId === undefined ? {} : { subagentRunId: String(item.grow.subagentRunId) },
          })
        break
      }
      case 'state':
        say({ type: 'STATE_SNAPSHOT', snapshot: pick < 3 ? value : { a: value, list: [1, 2, { deep: value }] } })
        break
      case 'patch':
        say({ type: 'STATE_DELTA', delta: patchOf(pick, value) })
        break
      case 'activity':
        say({
          type: 'ACTIVITY_SNAPSHOT',
          messageId: `plan-${runId}-${pick % 2}`,
          activityType: 'PLAN',
          content: { a: value, list: [word] },
          ...(pick === 3 && { replace: false }),
          ...by,
        })
        break
      case 'activity-patch':
        say({
          type: 'ACTIVITY_DELTA',
          messageId: `plan-${runId}-${pick % 2}`,
          activityType: 'PLAN',
          patch: patchOf(pick, value),
        })
        break
      case 'messages': {
        const id = mine[pick % (mine.length + 1)] ?? fresh('m')
        const owned = said.find((one) => one.id === id)?.by ?? by
        const toolCalls = pick === 6 && {
          toolCalls: [{ id: fresh('c'), type: 'function', function: { name: 'look', arguments: word } }],
        }
        say({ type: 'MESSAGES_SNAPSHOT', messages: [{ id, role: 'assistant', content: word, ...toolCalls, ...owned }] })
        break
      }
      case 'encrypt': {
        const subtype = pick % 2 === 0 ? 'message' : 'tool-call'
        const entityId = (subtype === 'message' ? mine[0] : calls[0]?.id) ?? 'unknown'
        say({ type: 'REASONING_ENCRYPTED_VALUE', subtype, entityId, encryptedValue: word })
        break
      }
      case 'raw':
        say({ type: 'RAW', event: value })
        break
      case 'custom':
        say({ type: 'CUSTOM', name: word, value })
        break
      case 'cancel':
        if (pick < 6 || cancelling) break
        cancelling = true
        log.control({ type: 'run.cancel-requested', by: 'ada' }, runId)
        log.control({ type: 'run.status', status: 'cancelling' }, runId)
    }
    for (const id of main.splice(0)) told.push(id)
  }

  for (const each of plan.actions) act(each)
  if (plan.end === 'never' && mayStayOpen) return
  for (const { close } of open.reverse()) say(close)
  log.end(
    runId,
    cancelling ? { type: 'cancelled', by: 'ada' } : outcomeOf(plan.end),
    plan.usage ? [{ outputTokens: 7 }] : undefined,
  )
  if (plan.end === 'interrupted' && plan.usage) {
    const status = plan.naive ? undefined : (['answered', 'cancelled', 'expired'] as const)[plan.newMessages]
    log.control({ type: 'interrupts.resolved', by: 'ada', interruptIds: ['question'], ...(status && { status }) })
  }
  if (plan.edited && subagents.length > 0) {
    log.control({ type: 'subagents.pruned', ofRun: runId, subagentRunIds: subagents.slice(0, 2) })
  }
}

function subagentsEnd(subagentRunId: string, pick: number, word: string): EventJson {
  switch (pick) {
    case 0:
      return { type: 'SUBAGENT_ERROR', subagentRunId, message: word }
    case 1:
      return { type: 'SUBAGENT_ERROR', subagentRunId, message: word, code: 'cancelled' }
    case 2:
      return { type: 'SUBAGENT_FINISHED', subagentRunId, outcome: { type: 'suspended', interruptIds: ['question'] } }
    default:
      return { type: 'SUBAGENT_FINISHED', subagentRunId }
  }
}

function outcomeOf(end: RunPlan['end']): Outcome {
  switch (end) {
    case 'failed':
      return { type: 'failed', code: 'agent_error', message: 'The agent broke.' }
    case 'lost':
      return { type: 'failed', code: 'worker_lost', message: 'The server stopped.' }
    case 'cancelled':
      return { type: 'cancelled', by: 'ada' }
    case 'interrupted':
      return { type: 'interrupted', interrupts: [{ id: 'question', reason: 'approval' }] }
    case 'superseded':
      return { type: 'superseded', by: 'other' }
    default:
      return { type: 'succeeded' }
  }
}

/** Patches with one or several operations. Some apply and some do not. */
function patchOf(pick: number, value: unknown): unknown[] {
  const patches: unknown[][] = [
    [{ op: 'add', path: '/a', value }],
    [{ op: 'replace', path: '/a', value }],
    [{ op: 'add', path: '/list/-', value }],
    [{ op: 'remove', path: '/list/0' }],
    [
      { op: 'copy', from: '/list', path: '/again' },
      { op: 'add', path: '/again/-', value },
    ],
    [{ op: 'move', from: '/list/0', path: '/moved' }],
    [
      { op: 'add', path: '/half', value },
      { op: 'test', path: '/a', value },
    ],
    [
      { op: 'add', path: '/list/2/deep', value },
      { op: 'replace', path: '/nowhere', value },
    ],
  ]
  return patches[pick % patches.length] ?? []
}
