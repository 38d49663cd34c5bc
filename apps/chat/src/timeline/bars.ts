/**
 * The position of each run on the timeline: one lane per thread, newest activity first.
 *
 * Owns: the geometry, in percent of the window. Does not know: React, the clock (the window is passed in).
 */
import { isEnded, keyString, type RunInThread, type ThreadKey } from '@holdfast/core'

export interface Span {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

export interface Bar {
  readonly run: RunInThread
  /** From its acceptance, in percent of the window. */
  readonly left: number
  readonly width: number
  /** How much of it was queued, in percent of the bar. */
  readonly waited: number
}

export interface Lane {
  readonly key: ThreadKey
  readonly bars: readonly Bar[]
}

export function lanesOf(runs: readonly RunInThread[], span: Span): Lane[] {
  const lanes = new Map<string, { key: ThreadKey; bars: Bar[] }>()
  for (const run of runs) {
    const bar = barOf(run, span)
    if (!bar) continue
    const { roomId, threadId } = run
    const lane = lanes.get(keyString(run)) ?? { key: { roomId, threadId }, bars: [] }
    lane.bars.push(bar)
    lanes.set(keyString(run), lane)
  }
  return [...lanes.values()]
}

function barOf(run: RunInThread, { from, to }: Span): Bar | undefined {
  const { accepted, started, ended } = timesOf(run, to)
  if (ended < from || accepted > to) return undefined
  const begin = Math.max(accepted, from)
  const end = Math.min(ended, to)
  const percent = 100 / (to - from)
  const waitedUntil = Math.min(Math.max(started ?? end, begin), end)
  return {
    run,
    left: (begin - from) * percent,
    width: (end - begin) * percent,
    waited: end === begin ? 0 : ((waitedUntil - begin) / (end - begin)) * 100,
  }
}

interface Times {
  readonly accepted: number
  /** Absent for one that never started. */
  readonly started: number | undefined
  /** The current time, for a live run. */
  readonly ended: number
}

export function timesOf(run: RunInThread, now: number): Times {
  const startedAt = run.status === 'queued' ? undefined : run.startedAt
  return {
    accepted: Date.parse(run.acceptedAt),
    started: startedAt === undefined ? undefined : Date.parse(startedAt),
    ended: isEnded(run) ? Date.parse(run.endedAt) : now,
  }
}
