/**
 * Stopping everything, after it is asked once more, in its own place. What waits for a place would begin in those that
 * become free: so either it is meant too, or it is said that it begins.
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
      // The focus comes back to where it was.
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
        Keep them
      </Button>
      {running.length > 0 && waiting.length > 0 && (
        <Button look="stop" onClick={sure(running)}>
          {`Stop ${running.length === 1 ? 'one' : running.length}, let the other${waiting.length === 1 ? '' : 's'} begin`}
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
  if (running === 0) return waiting === 1 ? 'Stop the one that waits' : `Stop the ${waiting} that wait`
  return `Stop all ${running + waiting}`
}

function consequence(running: number, waiting: number): string {
  if (waiting === 0) return 'What was written stays. What waits behind a run is held until you resume it.'
  const rest = `${waiting === 1 ? 'it does' : 'they do'} not begin, and what was asked stays in its thread.`
  const wait = `${waiting === 1 ? 'One' : waiting}${running === 0 ? '' : ' more'} ${waiting === 1 ? 'waits' : 'wait'} for a place.`
  return `${wait} ${running === 0 ? 'Stopped' : 'Stop all'}: ${rest}`
}
