/** The open run tray: what needs a person, runs, is queued or has finished, each with a link and a stop. */
import { keyString } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { Fragment, type KeyboardEvent, useState } from 'react'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Icon } from '../design/icon.tsx'
import { Keys } from '../design/keys.tsx'
import { troubleAbout } from '../frame/toasts.ts'
import { StatusMark } from '../sidebar/status-mark.tsx'
import type { GoingOn, Overview, OverviewItem } from './overview.ts'
import { StopAll } from './stop-all.tsx'
import { TrayMore } from './tray-more.tsx'
import { TrayRow, Way } from './tray-row.tsx'
import { isLive, useStopRuns } from './use-stop-runs.ts'

const GROUPS: readonly { readonly title: string; readonly states: readonly GoingOn[] }[] = [
  { title: 'Needs you', states: ['needs_you', 'paused'] },
  { title: 'Running', states: ['working', 'stopping'] },
  { title: 'Queued', states: ['queued'] },
]

/** Of so many threads the tray shows more than their line: it follows them while it is open. */
const FOLLOWED = 20

interface TrayPanelProps {
  readonly items: readonly OverviewItem[]
  readonly finished: Overview['finished']
  close(): void
}

export default function TrayPanel({ items, finished, close }: TrayPanelProps) {
  const registry = useRegistry()
  const { stop, takeOut, resume, stopAll } = useStopRuns()
  const [said, setSaid] = useState('')
  const followed = new Set(items.filter(isLive).slice(0, FOLLOWED))

  async function takeOutOf(item: OverviewItem): Promise<boolean> {
    const done = await takeOut(item)
    if (done) setSaid(`Removed from the queue: “${item.title}”. Its text is in that thread’s message box.`)
    return done
  }

  return (
    <Dialog title="Runs" first="a" close={close}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows move between the links in it */}
      <div className="tray-list" onKeyDown={moveByArrows}>
        {items.length + finished.length === 0 && (
          <p className="tray-none">Nothing is running. Runs show up here, wherever you are.</p>
        )}
        {GROUPS.map(({ title, states }) => {
          const group = items.filter(({ state }) => states.includes(state))
          if (group.length === 0) return null
          return (
            <section key={title} aria-label={title}>
              <h3 className="tray-group">{title}</h3>
              <ul>
                {group.map((item) => (
                  <Fragment key={keyString(item.key)}>
                    <TrayRow item={item} takeOut={takeOutOf} resume={resume} stop={stop} close={close} />
                    {followed.has(item) && <TrayMore threadKey={item.key} />}
                  </Fragment>
                ))}
              </ul>
            </section>
          )
        })}
        {finished.length > 0 && (
          <section aria-label="Finished">
            <div className="flex items-center justify-between">
              <h3 className="tray-group">Finished</h3>
              <Button
                look="quiet"
                onClick={() => void registry.readAll().catch(troubleAbout('Couldn’t mark everything as read.'))}
              >
                Mark all as read
              </Button>
            </div>
            <ul>
              {finished.map(({ roomId, threadId, title, room, status }) => (
                <li key={keyString({ roomId, threadId })} className="tray-row">
                  <Way item={{ key: { roomId, threadId }, title: title || 'Untitled', room }} close={close} />
                  {status === 'failed' ? (
                    <StatusMark status="failed" />
                  ) : (
                    <span className="mark">
                      <Icon name="done" />
                      Done
                    </span>
                  )}
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <p className="tray-said" role="status">
        {said}
      </p>
      <footer className="tray-foot">
        <span className="tray-hint">
          <Keys chord="mod+." /> opens this anywhere
        </span>
        <Link className="button" data-look="quiet" to="/timeline" onClick={close}>
          Timeline
        </Link>
        <StopAll items={items} stop={(which) => void stopAll(which)} />
      </footer>
    </Dialog>
  )
}

function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0 || (event.target instanceof Element && event.target.matches('input, textarea, select'))) return
  const ways = [...event.currentTarget.querySelectorAll<HTMLElement>('a')]
  const at = ways.findIndex(
    (way) => way === document.activeElement || way.parentElement?.contains(document.activeElement),
  )
  ways[Math.min(Math.max(at + step, 0), ways.length - 1)]?.focus()
  event.preventDefault()
}
