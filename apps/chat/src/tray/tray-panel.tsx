/** The run tray, opened: what needs a person, runs, waits, has finished; each with the way there and a stop. */
import { keyString } from '@holdfast/core'
import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, useState } from 'react'
import { Button, IconButton } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Icon } from '../design/icon.tsx'
import { Keys } from '../design/keys.tsx'
import { Tip } from '../design/tip.tsx'
import { useServices } from '../services.ts'
import { StatusMark } from '../sidebar/status-mark.tsx'
import type { FinishedRun } from './finished.ts'
import type { GoingOn, Overview, OverviewItem } from './overview.ts'
import { canStop, useStopRuns } from './use-stop-runs.ts'

const GROUPS: readonly { readonly title: string; readonly states: readonly GoingOn[] }[] = [
  { title: 'Needs you', states: ['needs_you'] },
  { title: 'Running', states: ['working', 'stopping'] },
  { title: 'Waiting', states: ['queued'] },
]

interface TrayPanelProps {
  readonly items: readonly OverviewItem[]
  readonly finished: readonly FinishedRun[]
  readonly threads: Overview['threads']
  close(): void
}

export default function TrayPanel({ items, finished, threads, close }: TrayPanelProps) {
  const { stop, stopAll } = useStopRuns()
  const { finished: memory } = useServices()
  const running = items.filter(canStop)
  return (
    <Dialog title="Runs" first="a" close={close}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows move between the links in it */}
      <div className="tray-list" onKeyDown={moveByArrows}>
        {items.length + finished.length === 0 && (
          <p className="tray-none">Nothing runs. What you ask goes on here, also when you look elsewhere.</p>
        )}
        {GROUPS.map(({ title, states }) => {
          const group = items.filter(({ state }) => states.includes(state))
          if (group.length === 0) return null
          return (
            <section key={title} aria-label={title}>
              <h3 className="tray-group">{title}</h3>
              <ul>
                {group.map((item) => (
                  <li key={keyString(item.key)} className="tray-row">
                    <Way item={item} close={close} />
                    <StatusMark status={item.state} place={item.place} />
                    {canStop(item) && (
                      <Tip text="Stop this run">
                        <IconButton icon="stop" label={`Stop ${item.title}`} onClick={() => stop(item)} />
                      </Tip>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
        {finished.length > 0 && (
          <section aria-label="Finished">
            <div className="flex items-center justify-between">
              <h3 className="tray-group">Finished</h3>
              <Button look="quiet" onClick={() => memory.seen()}>
                Clear
              </Button>
            </div>
            <ul>
              {finished.map(({ key, runId, outcome, title }) => {
                const known = threads.find((thread) => keyString(thread) === keyString(key))
                return (
                  <li key={runId} className="tray-row">
                    <Way
                      item={{ key, title: known?.title || title || 'Untitled', room: known?.room ?? key.roomId }}
                      close={close}
                    />
                    {outcome.type === 'failed' ? (
                      <StatusMark status="failed" />
                    ) : (
                      <span className="mark">
                        <Icon name="done" />
                        Done
                      </span>
                    )}
                  </li>
                )
              })}
            </ul>
          </section>
        )}
      </div>
      <footer className="tray-foot">
        <span className="tray-hint">
          <Keys chord="mod+." /> opens this from anywhere
        </span>
        <Link className="button" data-look="quiet" to="/timeline" onClick={close}>
          Timeline
        </Link>
        <StopAll count={running.length} stop={() => stopAll(running)} />
      </footer>
    </Dialog>
  )
}

interface WayProps {
  readonly item: Pick<OverviewItem, 'key' | 'title' | 'room'>
  close(): void
}

function Way({ item, close }: WayProps) {
  return (
    <Link className="tray-way" to="/rooms/$roomId/threads/$threadId" params={{ ...item.key }} onClick={close}>
      <span className="link-title" dir="auto">
        {item.title}
      </span>
      <span className="tray-room" dir="auto">
        {item.room}
      </span>
    </Link>
  )
}

/** Asks once more, in its own place: there is no way back from it. */
function StopAll({ count, stop }: { readonly count: number; stop(): void }) {
  const [sure, setSure] = useState(false)
  if (count === 0) return null
  if (!sure)
    return (
      <Button look="stop" onClick={() => setSure(true)}>
        Stop all
      </Button>
    )
  return (
    <span className="flex gap-2">
      <Button look="quiet" onClick={() => setSure(false)}>
        Keep them
      </Button>
      <Button
        look="stop"
        onClick={() => {
          setSure(false)
          stop()
        }}
      >
        Stop {count === 1 ? 'one run' : `${count} runs`}
      </Button>
    </span>
  )
}

function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const ways = [...event.currentTarget.querySelectorAll<HTMLElement>('a')]
  const at = ways.findIndex(
    (way) => way === document.activeElement || way.parentElement?.contains(document.activeElement),
  )
  ways[Math.min(Math.max(at + step, 0), ways.length - 1)]?.focus()
  event.preventDefault()
}
