/** Runs over time, across rooms, live: one lane per thread, one bar per run. Clicking a bar shows the run. */
import { keyString, type RunInThread } from '@holdfast/core'
import { useState } from 'react'
import { Button } from '../design/button.tsx'
import { lasting } from '../design/lasting.ts'
import { Blank } from '../frame/blank.tsx'
import { hasTrouble } from '../frame/connection.ts'
import { ConnectionLine } from '../frame/connection-line.tsx'
import { Unreachable } from '../frame/dead-ends.tsx'
import { PageHead } from '../frame/page-head.tsx'
import { usePageTitle } from '../frame/page-title.ts'
import { Skeleton } from '../frame/skeleton.tsx'
import { useConnection } from '../frame/use-connection.ts'
import { useOverview } from '../tray/use-overview.ts'
import { type Bar, type Lane, lanesOf, timesOf } from './bars.ts'
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
  const shared = useConnection()
  const connection = (hasTrouble(shared) ? undefined : trouble) ?? shared
  const [chosen, setChosen] = useState<string>()
  const { threads } = useOverview(true)
  const titles = new Map(threads.map((thread) => [keyString(thread), thread]))
  const run = runs?.find((one) => one.runId === chosen)
  const lanes = lanesOf(runs ?? [], { from: now - windowMs, to: now })
  return (
    <>
      <PageHead roomId="default" title="Timeline" room="Runs in all rooms" />
      <div className="reading">
        {runs && <ConnectionLine connection={connection} />}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
        <section className="timeline" aria-label="Timeline" tabIndex={0}>
          <fieldset className="timeline-windows">
            <legend className="said">Time range</legend>
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
          {runs === undefined && (trouble ? <Unreachable connection={connection} /> : <Skeleton of="runs" />)}
          {runs && more && (
            <p className="timeline-cut">
              <span role="status">{`Showing the newest ${runs.length} runs.`}</span>
              <Button onClick={loadEarlier}>Show earlier runs</Button>
            </p>
          )}
          {runs && lanes.length === 0 && (
            <Blank title="No runs" text="Nothing ran in this period. Choose a longer one, or ask something." />
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
                  paused={known?.paused === true}
                  now={now}
                  chosen={chosen}
                  choose={setChosen}
                />
              )
            })}
          </ul>
        </section>
      </div>
      {run && (
        <RunDetails
          run={run}
          paused={titles.get(keyString(run))?.paused === true}
          now={now}
          close={() => setChosen(undefined)}
        />
      )}
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
  /** Whether its queue waits for a person to resume it. */
  readonly paused: boolean
  readonly now: number
  readonly chosen: string | undefined
  choose(runId: string): void
}

function LaneRow({ lane, title, room, paused, now, chosen, choose }: LaneRowProps) {
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
            aria-label={`${title}: ${wordOf(bar.run, paused)}, ${lasting(length(bar.run, now))}`}
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

/** A thin line while queued, a thick one while running; the shape of its end shows the outcome. */
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

function wordOf({ status }: RunInThread, paused: boolean): string {
  return status === 'queued' && paused ? 'paused' : WORDS[status]
}

const WORDS: Record<RunInThread['status'], string> = {
  queued: 'queued',
  running: 'running',
  cancelling: 'stopping',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'stopped',
  interrupted: 'waiting for an answer',
  superseded: 'replaced by a newer message',
}

function length(run: RunInThread, now: number): number {
  const { accepted, ended } = timesOf(run, now)
  return ended - accepted
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
}
