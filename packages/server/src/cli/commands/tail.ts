/** `holdfast tail`: prints a thread's log from a position and follows it. It only reads: stopping it stops nothing else. */
import { type Envelope, envelopeJson, isComment, paths, type ThreadKey, wholeFrames } from '@holdfast/core'
import { CommandError, EXIT } from '../failure.ts'
import type { ServerClient } from '../server-client.ts'
import { shown, type Terminal } from '../terminal.ts'

export interface TailOptions {
  readonly key: ThreadKey
  /** Exclusive. */
  readonly after: number
  /** Envelopes as the server sends them, one per line. */
  readonly json: boolean
  /** Continues until it is aborted. If false, ends with the last record that is there. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

const PAGE = 1_000

export async function tail(client: ServerClient, terminal: Pick<Terminal, 'out'>, options: TailOptions): Promise<void> {
  const { key, json, follow, signal } = options
  let { after } = options
  const say = (envelope: Envelope, text: string) => {
    after = envelope.seq
    terminal.out(json ? text : lineOf(envelope))
  }
  if (!follow) {
    for (let upToDate = false; !upToDate; ) {
      const page = await client.get<{ envelopes: Envelope[]; upToDate: boolean }>(
        `${paths.log(key)}?after=${after}&limit=${PAGE}`,
      )
      for (const envelope of page.envelopes) say(envelope, JSON.stringify(envelope))
      upToDate = page.upToDate
    }
    return
  }
  try {
    let rest = ''
    for await (const text of client.stream(`${paths.log(key)}?after=${after}&live=sse`, signal)) {
      const arrived = wholeFrames(rest + text)
      rest = arrived.rest
      for (const frame of arrived.frames) {
        if (isComment(frame)) continue
        const body = envelopeJson(frame)
        say(JSON.parse(body) as Envelope, body)
      }
    }
  } catch (cause) {
    if (signal.aborted) return
    if (cause instanceof CommandError) throw cause
    throw ended(after, cause)
  }
  if (!signal.aborted) throw ended(after)
}

function ended(after: number, cause?: unknown): CommandError {
  return new CommandError(`The server ended the stream. Continue with --after ${after}.`, EXIT.unreachable, { cause })
}

function lineOf({ seq, at, runId, event }: Envelope): string {
  return [String(seq).padStart(6), at.slice(11, 23), runId ?? '-', event.type, shown(gist(event))].join('  ').trimEnd()
}

/** The part of an event that a person wants to see at a glance. */
function gist(event: Envelope['event']): string {
  if ('delta' in event && typeof event.delta === 'string') return event.delta
  if (event.type === 'run.ended') {
    const { outcome } = event
    return outcome.type === 'failed' ? `failed: ${outcome.code}` : outcome.type
  }
  if (event.type === 'run.status') return event.status
  return 'message' in event && typeof event.message === 'string' ? event.message : ''
}
