/** What ran when, across rooms, live: a lane a thread, a bar a run. A click on a bar shows the run. */
import { keyString, type RunInThread } from '@holdfast/core'
import { useState } from 'react'
import { Button } from '../design/button.tsx'
import { Blank } from '../frame/blank.tsx'
import { ConnectionLine } from '../frame/connection-line.tsx'
import { PageHead } from '../frame/page-head.tsx'
import { usePageTitle } from '../frame/page-title.ts'
import { Skeleton } from '../frame/skeleton.tsx'
import { useConnection } from '../frame/use-connection.ts'
import { useOverview } from '../tray/use-overview.ts'
import { type Bar, type Lane, lanesOf, lasting, timesOf } from './bars.ts'
import { RunDetails } from './run-details.tsx'
import { ticksOf } from './ticks.ts'
import { useRuns } from './use-runs.ts'

const TITLE = ['Timeline']
const MINUTE = 60_000
const WINDOWS = [
  { title: '5 min', ms: 5 * MINUTE, tickMs: MINUTE },
  { title: '1 h', ms: 60 * MINUTE, tickMs: 15 * MINUTE },
  { title: '24 h', ms: 24 * 60 * MINUTE, tickMs: 6 * 60 * MINUTE },
] as const
type Window = (typeof WINDOWS)[number]

export default function TimelinePage() {
  usePageTitle(TITLE)
  const [window, setWindow] = useState<Window>(WINDOWS[0])
  const { ms: windowMs } = window
  const { runs, more, now, trouble, loadEarlier } = useRuns(windowMs)
  const connection = useConnection()
  const [chosen, setChosen] = useState<string>()
  const { threads } = useOverview(true)
  const titles = new Map(threads.map((thread) => [keyString(thread), thread]))
  const run = runs?.find((one) => one.runId === chosen)
  const lanes = lanesOf(runs ?? [], { from: now - windowMs, to: now })
  return (
    <>
      <PageHead roomId="default" title="Timeline" room="What ran when, in all rooms" />
      <div className="reading">
        <ConnectionLine connection={trouble === undefined ? connection : { type: 'reconnecting' }} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
        <section className="timeline" aria-label="Timeline" tabIndex={0}>
          <fieldset className="timeline-windows">
            <legend className="said">How far back</legend>
            {WINDOWS.map((each) => (
              <button
                key={each.title}
                type="button"
                className="button"
                data-look={each === window ? undefined : 'quiet'}
                aria-pressed={each === window}
                onClick={() => setWindow(each)}
              >
                {each.title}
              </button>
            ))}
          </fieldset>
          {runs === undefined && <Skeleton of="the runs" />}
          {runs && more && (
            <p className="timeline-cut">
              <span role="status">{`The newest ${runs.length} runs of this time are shown.`}</span>
              <Button onClick={loadEarlier}>Show earlier ones</Button>
            </p>
          )}
          {runs && lanes.length === 0 && (
            <Blank title="A calm sea" text="Nothing ran in this time. Look further back, or ask something." />
          )}
          {lanes.length > 0 && <Axis now={now} window={window} />}
          <ul>
            {lanes.map((lane) => {
              const known = titles.get(keyString(lane.key))
              return (
                <LaneRow
                  key={keyString(lane.key)}
                  lane={lane}
                  title={known?.title || lane.key.threadId}
                  room={known?.room ?? lane.key.roomId}
                  now={now}
                  chosen={chosen}
                  choose={setChosen}
                />
              )
            })}
          </ul>
        </section>
      </div>
      {run && <RunDetails run={run} now={now} close={() => setChosen(undefined)} />}
    </>
  )
}

function Axis({ now, window: { ms, tickMs } }: { readonly now: number; readonly window: Window }) {
  const offsetMs = -new Date(now).getTimezoneOffset() * MINUTE
  return (
    <div className="timeline-axis" aria-hidden="true">
      {ticksOf({ from: now - ms, to: now }, tickMs, offsetMs).map(({ at, left }) => (
        <span key={at} style={{ left: `${left}%` }} data-late={left > 90 ? 'wide' : left > 70 ? 'narrow' : undefined}>
          {clock(at)}
        </span>
      ))}
      <span className="timeline-edge">now</span>
    </div>
  )
}

interface LaneRowProps {
  readonly lane: Lane
  readonly title: string
  readonly room: string
  readonly now: number
  readonly chosen: string | undefined
  choose(runId: string): void
}

function LaneRow({ lane, title, room, now, chosen, choose }: LaneRowProps) {
  return (
    <li className="timeline-lane">
      <div className="timeline-name">
        <span className="link-title" dir="auto">
          {title}
        </span>
        <span className="tray-room" dir="auto">
          {room}
        </span>
      </div>
      <div className="timeline-track">
        {lane.bars.map((bar) => (
          <button
            key={bar.run.runId}
            type="button"
            className="timeline-bar"
            data-status={bar.run.status}
            aria-pressed={bar.run.runId === chosen}
            aria-label={`${title}: ${WORDS[bar.run.status]}, ${lasting(length(bar.run, now))}`}
            style={{ left: `${bar.left}%`, width: `${bar.width}%` }}
            onClick={() => choose(bar.run.runId)}
          >
            <Drawing bar={bar} />
          </button>
        ))}
      </div>
    </li>
  )
}

/** Waiting is a thin line, running a thick one; how it ended is the shape of its end. */
function Drawing({ bar: { run, waited } }: { readonly bar: Bar }) {
  const live = run.status === 'running' || run.status === 'cancelling' || run.status === 'queued'
  return (
    <svg aria-hidden="true" className="timeline-drawing" width="100%" height="100%">
      <line x1="0" x2={`${waited}%`} y1="50%" y2="50%" strokeDasharray="2 3" />
      {run.status !== 'queued' && <rect x={`${waited}%`} y="25%" width={`${100 - waited}%`} height="50%" rx="4" />}
      {run.status === 'failed' && <circle cx="100%" cy="50%" r="5" className="timeline-end" />}
      {live && <line x1="100%" x2="100%" y1="10%" y2="90%" className="timeline-now" />}
    </svg>
  )
}

const WORDS: Record<RunInThread['status'], string> = {
  queued: 'waits',
  running: 'runs',
  cancelling: 'is being stopped',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'stopped',
  interrupted: 'waits for an answer',
  superseded: 'made room for another',
}

function length(run: RunInThread, now: number): number {
  const { accepted, ended } = timesOf(run, now)
  return ended - accepted
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
}
