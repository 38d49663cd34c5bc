/**
 * Logs and the inbox as they grow, read from the store: history, then whatever is written by any page.
 *
 * Invariants: envelopes in order and each once; nothing is passed on after the signal; leaving a stream changes no run.
 */
import { type Clock, type Envelope, type InboxFrame, sameKey } from '@holdfast/core'
import { TransportError, transportError } from '../transport/error.ts'
import type { LogSource, Source } from '../transport/port.ts'
import type { Notice, NoticeBus } from './bus.ts'
import { envelopesIn } from './facts.ts'
import type { LocalStore } from './port.ts'
import { refusal } from './refusal.ts'

/** Readers give a silent connection up after 40 s. */
const HEARTBEAT_MS = 15_000
const PAGE = 500

export interface StreamParts {
  readonly store: () => Promise<LocalStore>
  readonly bus: NoticeBus
  readonly clock: Clock
}

type InboxSource = Extract<Source, { type: 'inbox' }>

export function openStream(parts: StreamParts, source: Source, signal: AbortSignal): Promise<void> {
  return source.type === 'log' ? openLog(parts, source, signal) : openInbox(parts, source, signal)
}

async function openLog(parts: StreamParts, { key, after, handlers }: LogSource, signal: AbortSignal): Promise<void> {
  let cursor = after
  let caughtUp = false
  const isNews = (notice: Notice) => notice.key === undefined || sameKey(notice.key, key)

  async function page(): Promise<readonly Envelope[]> {
    const store = await parts.store()
    return store.read(async (at) => {
      const row = await at.get('threads', [key.roomId, key.threadId])
      if (row?.deleted) throw refusal('deleted')
      const head = row?.lastSeq ?? 0
      // A thread that does not exist yet is waited for.
      if (cursor > head) throw refusal('cursor_ahead', { head })
      if (cursor === head) return []
      return envelopesIn(await at.list('log', [key.roomId, key.threadId], { after: cursor, limit: PAGE }))
    })
  }

  let opened = false
  await follow(parts, { isNews, onBytes: handlers.onBytes }, signal, async () => {
    const batch = await page()
    if (signal.aborted) return false
    if (!opened) handlers.onOpen()
    opened = true
    const last = batch.at(-1)
    if (last) {
      cursor = last.seq
      handlers.onBytes()
      handlers.onEnvelopes(batch)
    }
    const more = batch.length === PAGE
    if (!more && !caughtUp) {
      caughtUp = true
      handlers.onCaughtUp()
    }
    return more
  })
}

async function openInbox(parts: StreamParts, { cursor, handlers }: InboxSource, signal: AbortSignal): Promise<void> {
  let position = Number(cursor)
  if (!Number.isSafeInteger(position) || position < 0) throw refusal('cursor_ahead')

  async function page(): Promise<readonly InboxFrame[]> {
    const store = await parts.store()
    return store.read(async (at) => {
      const head = (await at.last('inbox', []))?.n ?? 0
      if (position > head) throw refusal('cursor_ahead', { head })
      if (position === head) return []
      const rows = await at.list('inbox', [], { after: position, limit: PAGE })
      if (rows[0]?.n !== position + 1) throw refusal('cursor_gone')
      return rows.map(({ n, entry }) => ({ ...entry, cursor: String(n) }))
    })
  }

  let opened = false
  await follow(parts, { isNews: ({ wide }) => wide, onBytes: handlers.onBytes }, signal, async () => {
    const batch = await page()
    if (signal.aborted) return false
    if (!opened) handlers.onOpen()
    opened = true
    const last = batch.at(-1)
    if (!last) return false
    position = Number(last.cursor)
    handlers.onBytes()
    handlers.onEntries(batch)
    return batch.length === PAGE
  })
}

interface Heard {
  isNews(notice: Notice): boolean
  onBytes(): void
}

/** Calls `more` until it is false, and again with every notice. Ends only by its failure or by the signal. */
async function follow(
  { bus, clock }: StreamParts,
  { isNews, onBytes }: Heard,
  signal: AbortSignal,
  more: () => Promise<boolean>,
): Promise<void> {
  if (signal.aborted) throw new TransportError({ type: 'aborted' })
  let wake = () => {}
  let news = false
  const ring = () => {
    news = true
    wake()
  }
  const unlisten = bus.listen((notice) => isNews(notice) && ring())
  let undoTimer = () => {}
  const beat = () => {
    undoTimer = clock.schedule(HEARTBEAT_MS, () => {
      onBytes()
      beat()
    })
  }
  signal.addEventListener('abort', ring)
  try {
    beat()
    while (!signal.aborted) {
      news = false
      if ((await more()) || news) continue
      await new Promise<void>((resolve) => {
        wake = resolve
        if (news) resolve()
      })
    }
    throw new TransportError({ type: 'aborted' })
  } catch (cause) {
    throw signal.aborted ? new TransportError({ type: 'aborted' }) : transportError(cause)
  } finally {
    unlisten()
    undoTimer()
    signal.removeEventListener('abort', ring)
  }
}
