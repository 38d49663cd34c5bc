/**
 * The parts of PORT Store for notices and their pushes: what a person sees of them, and what the sender of pushes needs.
 * The rules for adapters are in `port.ts`, which exports these types too.
 */
import type { NoticeInfo, NoticeKind, PushSubscriptionInfo } from '@holdfast/core'
import type { NotFound } from './absent.ts'
import type { Page, PageRequest } from './page.ts'
import type { Principal } from './principal.ts'

export interface NoticePageRequest extends PageRequest {
  readonly kind?: NoticeKind
  /** Only those that the person has not read. */
  readonly unread?: boolean
}

export type ClaimNoticeAnswer =
  | { readonly type: 'notice'; readonly notice: NoticeInfo }
  /** Another device has it, or it went out as a push. */
  | { readonly type: 'claimed' }
  /** The person has read what it is about. */
  | { readonly type: 'withdrawn' }
  | NotFound

export interface NoticeStore {
  /** Newest first; only the newest 100 of a person are kept. `invalid_cursor` for a `before` that no page returned. */
  list(
    principal: Principal,
    page: NoticePageRequest,
  ): Promise<({ readonly type: 'page' } & Page<NoticeInfo>) | { readonly type: 'invalid_cursor' }>
  /** The first device wins, for good; asked again, it wins again. */
  claim(principal: Principal, noticeId: string, deviceId: string): Promise<ClaimNoticeAnswer>
  /** Removes one notice, or all. A repeated call changes nothing. */
  remove(principal: Principal, which: { readonly noticeId: string } | 'all'): Promise<void>
}

/** Both in base64url. The private one leaves the store only for the sender. */
export interface VapidKeys {
  readonly publicKey: string
  readonly privateKey: string
}

export interface PushSubscriptionRow extends Pick<PushSubscriptionInfo, 'endpoint' | 'keys'> {
  readonly deviceId: string
  /** When the device last registered it. */
  readonly at: number
}

/** What to send now, to the first of these subscriptions that takes it. Never empty. */
export interface PushBatch {
  readonly type: 'push'
  /** The most urgent of the notices that it stands for. */
  readonly lead: Pick<NoticeInfo, 'noticeId' | 'kind' | 'roomId' | 'threadId'>
  readonly count: number
  /** The most recently registered device first. */
  readonly subscriptions: readonly PushSubscriptionRow[]
}

export type NextPush =
  | PushBatch
  /** Nothing is to be sent before then, in milliseconds from now. */
  | { readonly type: 'later'; readonly inMs: number }
  /** No notice of the person waits. */
  | { readonly type: 'none' }

export interface PushStore {
  /** The server's keys: `minted` if it has none yet. The same ones for as long as the data exists. */
  keys(minted: VapidKeys): Promise<VapidKeys>
  /**
   * An endpoint belongs to one person, and a device has one subscription: the newest. Of a person the 20 most recently
   * registered ones are kept.
   */
  subscribe(principal: Principal, subscription: Omit<PushSubscriptionRow, 'at'>): Promise<void>
  /** With `endpoint`: only if that is the device's subscription. A repeated call changes nothing. */
  unsubscribe(
    principal: Principal,
    device: { readonly deviceId: string } | { readonly endpoint: string },
  ): Promise<void>
  /** People with notices that nobody has claimed and that may have to be sent. */
  waiting(): Promise<readonly Principal[]>
  /**
   * Decides what is to be sent. After a `push` nobody can claim its notices any more, and the same batch is answered
   * again until it is settled: also after a restart. `windows`: how many windows the person has open.
   */
  next(principal: Principal, windows: number): Promise<NextPush>
  /** The batch was sent, or no push service took it: it is not answered again. */
  settle(principal: Principal): Promise<void>
}
