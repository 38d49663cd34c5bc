/** The log of one run as it grows: its tools and sub-agents as bars, and line by line when, after how long, what. */
import type { RunInThread } from '@holdfast/core'
import { useEffect, useState } from 'react'
import { lasting } from '../design/lasting.ts'
import { Skeleton } from '../frame/skeleton.tsx'
import { useServices } from '../services.ts'
import { timesOf } from './bars.ts'
import { createRunLog, type LogLine } from './run-log.ts'
import { createRunParts, type RunPart } from './run-parts.ts'
import { RunPartsView } from './run-parts-view.tsx'
import { followRun } from './run-source.ts'

interface Seen {
  readonly lines: readonly LogLine[]
  readonly dropped: number
  readonly parts: readonly RunPart[]
  readonly droppedParts: number
}

interface RunLogViewProps {
  readonly run: RunInThread
  /** Milliseconds since 1970. */
  readonly now: number
}

export function RunLogView({ run, now }: RunLogViewProps) {
  const { runs } = useServices()
  const [seen, setSeen] = useState<Seen>()
  const [trouble, setTrouble] = useState(false)
  const { roomId, threadId, runId } = run
  // biome-ignore lint/correctness/useExhaustiveDependencies: the run is named by these; its other facts change while it goes on
  useEffect(() => {
    const looking = new AbortController()
    const log = createRunLog(runId)
    const parts = createRunParts(runId)
    let frame = 0
    const show = () => {
      frame = 0
      setSeen({ lines: log.lines, dropped: log.dropped, parts: parts.parts, droppedParts: parts.dropped })
    }
    setSeen(undefined)
    setTrouble(false)
    const take = (batch: Parameters<typeof log.take>[0]) => {
      log.take(batch)
      parts.take(batch)
      if (log.ended) looking.abort()
      if (frame === 0) frame = requestAnimationFrame(show)
    }
    // It ends in order too, where the server stops: without the run's end there is more to read.
    const unread = () => looking.signal.aborted || setTrouble(true)
    void followRun(runs, run, take, looking.signal).then(unread, unread)
    return () => {
      looking.abort()
      cancelAnimationFrame(frame)
    }
  }, [runs, roomId, threadId, runId])

  if (trouble) return <p className="side-note">Couldn’t load the log. The run isn’t affected.</p>
  if (!seen) return <Skeleton of="run log" />
  const begin = seen.lines[0]?.from ?? 0
  const { accepted, started = accepted, ended } = timesOf(run, now)
  return (
    <>
      <RunPartsView parts={seen.parts} dropped={seen.droppedParts} from={started} to={ended} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="run-log" aria-label="Run log" tabIndex={0}>
        {seen.dropped > 0 && (
          <p className="side-note">{`${seen.dropped} earlier lines hidden. Export to see them all.`}</p>
        )}
        <ol>
          {seen.lines.map((line) => (
            <li key={line.seq}>
              <time dateTime={new Date(line.from).toISOString()}>{`+${lasting(line.from - begin)}`}</time>
              <span className="run-log-what" title={line.type}>
                {line.what}
              </span>
              <span className="run-log-detail" dir="auto">
                {line.detail}
              </span>
              {line.records > 1 && (
                <span className="run-log-many">{`${line.records} records, ${lasting(line.to - line.from)}`}</span>
              )}
            </li>
          ))}
        </ol>
      </section>
    </>
  )
}
