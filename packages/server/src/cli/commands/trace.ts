/**
 * `holdfast trace`: one run's path from its acceptance to its end, with timings. Asks a running server, or reads the data
 * directory of a stopped one. Owns: how the run is found. Only reads.
 */
import { type Envelope, type List, paths, type RunInThread, type ThreadKey } from '@holdfast/core'
import { dataDirectory, hasData, openData } from '../data.ts'
import { CommandError } from '../failure.ts'
import type { ServerClient } from '../server-client.ts'
import type { Terminal } from '../terminal.ts'
import { readersOf } from '../trace/reader-history.ts'
import { createTrace, type RunTrace } from '../trace/run-trace.ts'
import { textOf } from '../trace/trace-text.ts'

export interface TraceOptions {
  readonly runId: string
  /** Absent: the newest run with this id. */
  readonly key: ThreadKey | undefined
  /** A data directory to read instead of asking a server. */
  readonly data: string | undefined
  readonly json: boolean
}

const LIST_PAGE = 200
const LOG_PAGE = 1_000

/** @throws CommandError if there is no such run */
export async function trace(
  client: () => Pick<ServerClient, 'get'>,
  terminal: Pick<Terminal, 'out' | 'env'>,
  { runId, key, data, json }: TraceOptions,
): Promise<void> {
  const directory = dataDirectory(data, terminal.env)
  const found = data === undefined ? await fromServer(client(), runId, key) : fromData(directory, runId, key)
  if (!found) {
    const where = key ? ` in ${key.roomId}/${key.threadId}` : ''
    throw new CommandError(`There is no run ${runId}${where}: it never existed, or its thread was deleted.`)
  }
  const readers = await readersOf(directory, found)
  if (json) terminal.out(JSON.stringify({ ...found, readers }))
  else for (const line of textOf(found, readers)) terminal.out(line)
}

async function fromServer(
  { get }: Pick<ServerClient, 'get'>,
  runId: string,
  wanted: ThreadKey | undefined,
): Promise<RunTrace | undefined> {
  const key = wanted ?? (await placeOf(get, runId))
  if (!key) return undefined
  const builder = createTrace(key, runId)
  let after = 0
  for (let upToDate = false; !upToDate && !builder.ended; ) {
    const page = await get<{ envelopes: Envelope[]; next: number; upToDate: boolean }>(
      `${paths.log(key)}?after=${after}&limit=${LOG_PAGE}`,
    )
    for (const envelope of page.envelopes) builder.add(envelope, Buffer.byteLength(JSON.stringify(envelope)))
    upToDate = page.upToDate
    after = page.next
  }
  return builder.done()
}

/** Pages back through the runs of all threads. */
async function placeOf(get: ServerClient['get'], runId: string): Promise<ThreadKey | undefined> {
  let before: string | undefined
  do {
    const query = new URLSearchParams({ limit: String(LIST_PAGE), ...(before && { before }) })
    const { items, next } = await get<List<RunInThread>>(`${paths.allRuns()}?${query}`)
    const found = items.find((run) => run.runId === runId)
    if (found) return { roomId: found.roomId, threadId: found.threadId }
    before = next
  } while (before !== undefined)
  return undefined
}

/** @throws CommandError if a server holds the data, or if there is none */
function fromData(directory: string, runId: string, wanted: ThreadKey | undefined): RunTrace | undefined {
  if (!hasData(directory))
    throw new CommandError(`There is no Holdfast data in ${directory}. Pass its directory with --data.`)
  const archive = openData(directory)
  // Ids need no escaping in JSON, so a line without this text is not of the run.
  const mark = `"runId":"${runId}"`
  let newest: RunTrace | undefined
  try {
    for (const room of archive.rooms()) {
      const { roomId } = room
      if (wanted && wanted.roomId !== roomId) continue
      const builders = new Map<string, ReturnType<typeof createTrace>>()
      for (const line of archive.export(room, { exportedAt: new Date(0).toISOString(), redact: false }) ?? []) {
        if (!line.includes(mark)) continue
        const envelope = JSON.parse(line) as Partial<Envelope>
        const { threadId } = envelope
        if (envelope.seq === undefined || threadId === undefined) continue
        if (wanted && wanted.threadId !== threadId) continue
        const builder = builders.get(threadId) ?? createTrace({ roomId, threadId }, runId)
        builders.set(threadId, builder)
        builder.add(envelope as Envelope, Buffer.byteLength(line))
      }
      for (const builder of builders.values()) {
        const found = builder.done()
        if (found && (!newest || found.accepted.at > newest.accepted.at)) newest = found
      }
    }
  } finally {
    archive.close()
  }
  return newest
}
