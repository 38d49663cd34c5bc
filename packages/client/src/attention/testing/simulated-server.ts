/**
 * The server's half of notices, as docs/PROTOCOL.md has it, for one person: who may show one, when it is pushed, when it is
 * withdrawn.
 *
 * Owns: the state of each notice. Does not know: windows beyond whether one is open and what it shows.
 */
import {
  isSilenced,
  keyString,
  type NoticeKind,
  type NotificationSettings,
  ringFor,
  type ThreadKey,
} from '@holdfast/core'
import type { Agenda } from './agenda.ts'

/** After this, and without an open window, a notice that nobody claimed is pushed. */
const PUSH_MS = 5_000

export interface ServerNotice {
  readonly id: string
  readonly key: ThreadKey
  readonly kind: NoticeKind
  readonly seq: number
  state: 'open' | 'claimed' | 'pushed' | 'withdrawn'
  claimedBy?: string
}

export interface SimulatedServer {
  readonly notices: ReadonlyMap<string, ServerNotice>
  /** A run ends. Undefined: the person does not want to hear of it, or sees it. */
  raise(key: ThreadKey, kind: NoticeKind): ServerNotice | undefined
  claim(id: string, deviceId: string): 'claimed' | 'refused'
  read(key: ThreadKey, seq: number): void
  head(key: ThreadKey): number
}

export interface SimulatedServerOptions {
  readonly agenda: Agenda
  readonly settings: NotificationSettings
  isMuted(key: ThreadKey): boolean
  /** A window reports that it has the focus and shows the thread. */
  isAttended(key: ThreadKey): boolean
  hasWindow(): boolean
  pushed(notice: ServerNotice): void
}

export function createSimulatedServer(options: SimulatedServerOptions): SimulatedServer {
  const { agenda, settings, isMuted, isAttended, hasWindow, pushed } = options
  const notices = new Map<string, ServerNotice>()
  const heads = new Map<string, number>()

  function lookWhetherToPush(notice: ServerNotice): void {
    if (notice.state !== 'open') return
    if (hasWindow()) {
      agenda.in(PUSH_MS, () => lookWhetherToPush(notice))
      return
    }
    const muted = isMuted(notice.key)
    if (ringFor(notice.kind, 'no-window', { settings, muted, now: agenda.now }) !== 'push') return
    notice.state = 'pushed'
    pushed(notice)
  }

  return {
    notices,
    raise(key, kind) {
      const seq = (heads.get(keyString(key)) ?? 0) + 10
      heads.set(keyString(key), seq)
      if (isSilenced(kind, { settings, muted: isMuted(key) }) || isAttended(key)) return undefined
      const notice: ServerNotice = { id: `n${notices.size + 1}`, key, kind, seq, state: 'open' }
      notices.set(notice.id, notice)
      agenda.in(PUSH_MS, () => lookWhetherToPush(notice))
      return notice
    },
    claim(id, deviceId) {
      const notice = notices.get(id)
      if (notice?.state === 'open') {
        notice.state = 'claimed'
        notice.claimedBy = deviceId
      }
      return notice?.state === 'claimed' && notice.claimedBy === deviceId ? 'claimed' : 'refused'
    },
    read(key, seq) {
      for (const notice of notices.values()) {
        if (keyString(notice.key) === keyString(key) && notice.seq <= seq) notice.state = 'withdrawn'
      }
    },
    head: (key) => heads.get(keyString(key)) ?? 0,
  }
}
