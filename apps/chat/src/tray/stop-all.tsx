/**
 * Stops everything, after asking once more in place. Queued runs would start in the freed slots, so the question offers
 * both: stop them too, or let them start.
 */
import { type MouseEvent, useId, useState } from 'react'
import { Button } from '../design/button.tsx'
import type { OverviewItem } from './overview.ts'
import { isLive, waitsForPlace } from './use-stop-runs.ts'

interface StopAllProps {
  readonly items: readonly OverviewItem[]
  stop(items: readonly OverviewItem[]): void
}

export function StopAll({ items, stop }: StopAllProps) {
  const [asked, setAsked] = useState<'not' | 'now' | 'before'>('not')
  const words = useId()
  const running = items.filter(isLive)
  const waiting = items.filter(waitsForPlace)
  if (running.length + waiting.length === 0) return null
  if (asked !== 'now')
    return (
      // The focus returns to where it was.
      <Button look="stop" autoFocus={asked === 'before'} onClick={() => setAsked('now')}>
        Stop all
      </Button>
    )
  const sure = (which: readonly OverviewItem[]) => (event: MouseEvent) => {
    // The second click of a double click, which asked.
    if (event.detail > 1) return
    setAsked('not')
    stop(which)
  }
  return (
    <fieldset className="tray-sure" aria-describedby={words}>
      <legend className="said">Stop all?</legend>
      <p id={words}>{consequence(running.length, waiting.length)}</p>
      <Button look="quiet" autoFocus aria-describedby={words} onClick={() => setAsked('before')}>
        Don’t stop
      </Button>
      {running.length > 0 && waiting.length > 0 && (
        <Button look="stop" onClick={sure(running)}>
          Stop running only
        </Button>
      )}
      <Button look="stop" onClick={sure([...waiting, ...running])}>
        {choiceOf(running.length, waiting.length)}
      </Button>
    </fieldset>
  )
}

function choiceOf(running: number, waiting: number): string {
  if (waiting === 0) return `Stop ${running === 1 ? 'one run' : `${running} runs`}`
  if (running === 0) return `Remove ${waiting} from queue`
  return `Stop all ${running + waiting}`
}

function consequence(running: number, waiting: number): string {
  if (waiting === 0) return 'Answers so far are kept. Messages queued behind a run are paused until you resume them.'
  const queued = `${waiting}${running === 0 ? '' : ' more'} queued. Messages stay in their threads.`
  return running === 0 ? queued : `${queued} If you stop running only, the next ones start.`
}
