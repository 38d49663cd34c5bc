/**
 * G13: a real server process is killed again and again while model agents call the tools of real MCP servers, with the
 * model in a process of its own. Calls are counted on their way to the MCP servers, and what they did is read from files.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Envelope, isEnded, paths, type ThreadKey, type ThreadSnapshot } from '@holdfast/core'
import { createHoldfastServer, type HoldfastServer } from '../server.ts'
import { get, post, readLog, wait } from './asking.ts'
import { dice } from './dice.ts'
import { callsOf, DONE, labelsOf } from './tool-plan.ts'
import { createWitness, type Witness } from './witness.ts'

const THREADS = 2
const MOST_KILLS = 3
/** Records of a whole run, about: the next kill falls before as many of them. */
const RECORDS = 120
const MOST_WAIT_MS = 20_000

export interface ToolsReport {
  readonly kills: number
  readonly runs: number
  /** Tool calls that the MCP servers got. */
  readonly calls: number
  readonly repeated: number
  readonly questions: number
}

interface Played {
  readonly key: ThreadKey
  readonly witness: Witness
  /** How often the calls were made that had a result when they were looked at, by label. */
  readonly complete: Map<string, number>
  /** How often a person said that a call is to be made again, by label. */
  readonly again: Map<string, number>
}

export async function toolsLoop(kills: number, seed: number, say: (line: string) => void): Promise<ToolsReport> {
  const random = dice(seed)
  const files = await mkdtemp(join(tmpdir(), 'holdfast-soak-'))
  const counted = join(files, 'calls.jsonl')
  const model = await startModel(files)
  const server = await createHoldfastServer({
    HOLDFAST_LOG: 'error',
    HOLDFAST_CONFIG: fileURLToPath(new URL('tools.config.ts', import.meta.url)),
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: 'm',
    SOAK_CALLS: counted,
    SOAK_FILES: files,
  })
  const total = { kills: 0, runs: 0, calls: 0, repeated: 0, questions: 0 }
  try {
    await server.start()
    for (let round = 1; total.kills < kills; round++) {
      const played: Played[] = []
      for (let n = 0; n < THREADS; n++) played.push(await begin(server, files, `tools-${round}-${n}`))
      const deaths = Math.min(1 + Math.floor(random() * MOST_KILLS), kills - total.kills)
      for (let death = 0; death < deaths; death++) {
        const watching = Promise.all(played.map(({ witness }) => witness.watch(server.url)))
        await until(played, random)
        await server.kill()
        await watching
        await server.start()
        total.kills++
        for (const each of played) await noteComplete(server, each, counted)
        if (total.kills % 10 === 0)
          say(`${total.kills}/${kills} kills, ${total.calls} calls, ${total.questions} questions`)
      }
      for (const each of played) {
        total.questions += await finish(server, each, random)
        const view = await get<ThreadSnapshot>(server, paths.thread(each.key))
        const made = await check(each, await readLog(server, each.key), view, counted, files)
        total.runs += view.runs.length
        total.calls += made
        total.repeated += made - labelsOf(each.key.threadId).filter(({ kind }) => kind !== 'child').length
      }
    }
    await server.stop()
  } finally {
    await server.dispose()
    model.child.kill('SIGKILL')
    await rm(files, { recursive: true, force: true })
  }
  return total
}

/** A random moment of the runs, by what is seen of them: a slow machine moves it no more than a fast one. */
async function until(played: readonly Played[], random: () => number): Promise<void> {
  const seen = () => played.reduce((sum, { witness }) => sum + witness.seen.size, 0)
  const target = seen() + Math.floor(random() * RECORDS)
  const deadline = performance.now() + MOST_WAIT_MS
  while (seen() < target && performance.now() < deadline && !played.every(({ witness }) => witness.sawEnd))
    await wait(1)
  await wait(random() * 20)
}

async function startModel(files: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const script = fileURLToPath(new URL('tool-model.ts', import.meta.url))
  const child = spawn(process.execPath, [script, files], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, url }
}

async function begin(server: HoldfastServer, files: string, threadId: string): Promise<Played> {
  for (const { label, kind } of labelsOf(threadId)) {
    if (kind === 'effect') await writeFile(join(files, `${label}.txt`), 'END')
  }
  const key = { roomId: 'default', threadId }
  await server.ask(key, `Go: ${threadId}`, 'worker')
  return { key, witness: createWitness(key), complete: new Map(), again: new Map() }
}

/** By label: how often the MCP servers got each call. */
async function timesMade(counted: string): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>()
  const lines = existsSync(counted) ? (await readFile(counted, 'utf8')).split('\n') : []
  for (const line of lines) {
    const label = /tools-\d+-\d+[\w-]*/.exec(line)?.[0]
    if (label !== undefined) times.set(label, 1 + (times.get(label) ?? 0))
  }
  return times
}

/** The label of each call, by its id: the arguments hold it. */
function labelsIn(log: readonly Envelope[]): ReadonlyMap<string, string> {
  const args = new Map<string, string>()
  for (const { event } of log) {
    if (event.type === 'TOOL_CALL_ARGS') args.set(event.toolCallId, (args.get(event.toolCallId) ?? '') + event.delta)
  }
  return new Map([...args].map(([id, json]) => [id, /tools-\d+-\d+[\w-]*/.exec(json)?.[0] ?? json]))
}

const resultsIn = (log: readonly Envelope[]) =>
  log.flatMap(({ event }) => (event.type === 'TOOL_CALL_RESULT' ? [event.toolCallId] : []))

/** What has a result now is never made again, so its number stays. */
async function noteComplete(server: HoldfastServer, { key, complete }: Played, counted: string): Promise<void> {
  const log = await readLog(server, key)
  const labels = labelsIn(log)
  const times = await timesMade(counted)
  for (const id of resultsIn(log)) {
    const label = labels.get(id) ?? id
    if (!complete.has(label)) complete.set(label, times.get(label) ?? 0)
  }
}

/** Answers every question until the last run has ended. Returns how many there were. */
async function finish(server: HoldfastServer, { key, again }: Played, random: () => number): Promise<number> {
  const deadline = performance.now() + 120_000
  for (let questions = 0; ; ) {
    const { runs, interrupts } = await get<ThreadSnapshot>(server, paths.thread(key))
    if (interrupts.length > 0) {
      const labels = labelsIn(await readLog(server, key))
      const resume = interrupts.map(({ id, reason, toolCallId = '' }) => {
        if (reason !== 'tool_outcome_unknown') throw new Error(`${key.threadId}: asked ${reason}`)
        const outcome = (['happened', 'again', 'skip'] as const)[Math.floor(random() * 3)] ?? 'skip'
        const label = labels.get(toolCallId) ?? toolCallId
        if (outcome === 'again') again.set(label, 1 + (again.get(label) ?? 0))
        return { interruptId: id, status: 'resolved', payload: { outcome } }
      })
      questions += resume.length
      const answer = await post(server.url, paths.runs(key), { runId: crypto.randomUUID(), messages: [], resume })
      if (answer?.status !== 202) throw new Error(`${key.threadId}: an answer got ${JSON.stringify(answer)}`)
    } else if (runs.length > 0 && runs.every(isEnded)) return questions
    if (performance.now() > deadline) throw new Error(`${key.threadId}: not finished after 120 s`)
    await wait(30)
  }
}

/** How many calls the MCP servers got. @throws Error for the first promise that is broken */
async function check(
  { key, witness, complete, again }: Played,
  log: readonly Envelope[],
  view: ThreadSnapshot,
  counted: string,
  files: string,
): Promise<number> {
  const fail = (what: string) => new Error(`${key.threadId}: ${what}`)
  for (const [seq, seen] of witness.seen) {
    if (JSON.stringify(log[seq - 1]) !== JSON.stringify(JSON.parse(seen)))
      throw fail(`record ${seq} was seen otherwise`)
  }
  const ends = view.runs.map(({ status }) => status)
  if (ends.some((status) => status !== 'succeeded' && status !== 'interrupted')) throw fail(`ended ${ends.join(', ')}`)
  const results = resultsIn(log)
  if (new Set(results).size !== results.length) throw fail('a call has two results')
  const wanted = labelsOf(key.threadId)
  if (results.length !== wanted.length) throw fail(`${results.length} results instead of ${wanted.length}`)
  const times = await timesMade(counted)
  let made = 0
  for (const { label, kind } of wanted) {
    const now = times.get(label) ?? 0
    made += kind === 'child' ? 0 : now
    const before = complete.get(label)
    if (before !== undefined && before !== now) throw fail(`the completed call ${label} was made again`)
    if (kind !== 'effect') continue
    if (now > 1 + (again.get(label) ?? 0)) throw fail(`the call ${label} was made ${now} times without an answer`)
    const effects = (await readFile(join(files, `${label}.txt`), 'utf8')).split('+').length - 1
    if (effects > now) throw fail(`the call ${label} took effect ${effects} times`)
  }
  checkView(key, view, fail)
  return made
}

function checkView(
  { threadId }: ThreadKey,
  { messages, open, subagents }: ThreadSnapshot,
  fail: (what: string) => Error,
) {
  if (open.length > 0) throw fail('something is still open')
  const said = messages.flatMap((message) => (message.role === 'assistant' && message.content ? [message.content] : []))
  const wanted = [...callsOf(threadId).map((_, step) => `Step ${step} of ${threadId}.`), `${DONE} ${threadId}.`]
  if (JSON.stringify(said) !== JSON.stringify(wanted)) throw fail(`the view shows ${JSON.stringify(said)}`)
  if (new Set(messages.map(({ id }) => id)).size !== messages.length) throw fail('a message is shown twice')
  // A sub-agent that asks is started again, under its own id, by the run that answers.
  const ids = new Set(subagents.map(({ subagentRunId }) => subagentRunId))
  if (ids.size !== 1 || subagents.at(-1)?.status !== 'succeeded') {
    throw fail(`the sub-agents are ${JSON.stringify(subagents.map(({ steps: _, ...rest }) => rest))}`)
  }
}
