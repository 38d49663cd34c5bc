/**
 * Every limit of a server in one place (docs/LIMITS.md): what an operator may set, and the defaults. Does not know:
 * what happens beyond a limit.
 */
import { DEFAULT_RECORDER_LIMITS, type RecorderLimits } from '@holdfast/core'
import { z } from 'zod'
import { DEFAULT_RUN_TIMES, type RunTimes } from '../engine/deadlines.ts'
import { DEFAULT_FEED_LIMITS, type FeedLimits } from '../feed/feed.ts'
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from '../http/limits.ts'
import type { ClaimCaps } from '../store/port.ts'

/** What HOLDFAST_CONFIG may set. Everything else keeps its default. */
export interface HoldfastLimits {
  /** Per run. Beyond one of them a run ends `failed`; docs/LIMITS.md has the codes. */
  readonly run?: Partial<RecorderLimits & RunTimes>
  /** Per request. */
  readonly request?: Partial<Omit<HttpLimits, 'readerBytes'>>
  /** For readers. */
  readonly streams?: Partial<FeedLimits>
  /** Runs executed at once; others wait. */
  readonly maxConcurrentRuns?: number
  /** Of these, runs per person and per agent. Default: no further limit. */
  readonly maxRunsPerPerson?: number
  readonly maxRunsPerAgent?: number
  /** How often a run is resumed after a crash before it fails. */
  readonly maxResumes?: number
  /** Milliseconds that the steps of an ended sub-agent are shown. Then only a summary is. */
  readonly keepStepsMs?: number
  /** Milliseconds that a cancelled agent may take to stop before it is abandoned. */
  readonly cancelGraceMs?: number
  /** Milliseconds that runs may continue once the server is asked to stop. */
  readonly drainMs?: number
  /** Milliseconds that the code of HOLDFAST_CONFIG may compute without a pause. Default 10,000. */
  readonly maxBlockedMs?: number
}

export interface ServerLimits {
  readonly run: RecorderLimits
  readonly times: RunTimes
  readonly request: HttpLimits
  readonly streams: FeedLimits
  readonly maxConcurrentRuns: number
  readonly caps: ClaimCaps
  readonly maxResumes: number
  readonly keepStepsMs: number
  readonly cancelGraceMs: number
  readonly drainMs: number
}

export function resolveLimits(said: HoldfastLimits = {}): ServerLimits {
  const { maxSilenceMs, maxRunMs, ...run } = { ...DEFAULT_RECORDER_LIMITS, ...DEFAULT_RUN_TIMES, ...said.run }
  const streams = { ...DEFAULT_FEED_LIMITS, ...said.streams }
  return {
    run,
    times: { maxSilenceMs, maxRunMs },
    request: { ...DEFAULT_HTTP_LIMITS, ...said.request, readerBytes: streams.readerBytes },
    streams,
    maxConcurrentRuns: said.maxConcurrentRuns ?? 1_000,
    caps: {
      ...(said.maxRunsPerPerson !== undefined && { perPerson: said.maxRunsPerPerson }),
      ...(said.maxRunsPerAgent !== undefined && { perAgent: said.maxRunsPerAgent }),
    },
    maxResumes: said.maxResumes ?? 3,
    keepStepsMs: said.keepStepsMs ?? 7 * 24 * 60 * 60 * 1_000,
    cancelGraceMs: said.cancelGraceMs ?? 5_000,
    drainMs: said.drainMs ?? 5_000,
  }
}

const count = z.number().int().min(0)
const positive = z.number().int().min(1)

/** The allowed range: a limit may be lower than a client expects, but never so low that nothing works. */
export const LimitsSchema = z.strictObject({
  run: z
    .strictObject({
      maxEvents: positive,
      maxBytes: positive,
      maxEventBytes: positive,
      maxDepth: positive,
      maxCoalescedBytes: positive.min(1_024),
      maxStateBytes: positive,
      maxSubagents: count,
      maxSubagentDepth: positive,
      maxSilenceMs: positive,
      maxRunMs: positive,
    })
    .partial()
    .optional(),
  request: z
    .strictObject({
      maxBodyBytes: positive,
      maxDepth: positive,
      maxEntries: positive,
      maxLogPage: positive.max(1_000),
      maxListPage: positive.max(200),
      longPollMs: positive,
    })
    .partial()
    .optional(),
  streams: z
    .strictObject({ maxStreams: positive, readerBytes: positive.min(4_096) })
    .partial()
    .optional(),
  maxConcurrentRuns: positive.optional(),
  maxRunsPerPerson: positive.optional(),
  maxRunsPerAgent: positive.optional(),
  maxResumes: count.optional(),
  keepStepsMs: count.optional(),
  cancelGraceMs: count.optional(),
  drainMs: count.optional(),
  maxBlockedMs: positive.min(100).optional(),
})
