/**
 * One thread of the tray: its link, its state, and the buttons that end it.
 *
 * Owns: that a removal is in progress, until the list shows it. Does not know: how a message is removed.
 */
import type { ThreadKey } from '@holdfast/core'
import { Link } from '@tanstack/react-router'
import { type ComponentProps, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { Tip } from '../design/tip.tsx'
import { StatusMark } from '../sidebar/status-mark.tsx'
import type { OverviewItem } from './overview.ts'
import { isHeld, isLive, waitsForPlace } from './use-stop-runs.ts'

interface TrayRowProps {
  readonly item: OverviewItem
  /** All resolve to whether it came about. */
  stop(item: OverviewItem): Promise<boolean>
  takeOut(item: OverviewItem): Promise<boolean>
  resume(item: OverviewItem): Promise<boolean>
  close(): void
}

type OnItsWay = 'stop' | 'takeOut' | 'resume'

export function TrayRow({ item, close, ...acts }: TrayRowProps) {
  const [onItsWay, setOnItsWay] = useState<OnItsWay>()
  const { title } = item
  const waits = waitsForPlace(item)
  const held = isHeld(item)
  // What runs shows by its state that it is being stopped.
  const leaving = onItsWay !== undefined && (held || waits)

  function act(how: OnItsWay): ComponentProps<'button'>['onClick'] {
    return async ({ currentTarget }) => {
      keepFocus(currentTarget)
      setOnItsWay(how)
      if (!(await acts[how](item))) setOnItsWay(undefined)
    }
  }

  return (
    <li className="tray-row">
      <Way item={item} close={close} />
      {leaving ? <Leaving how={onItsWay} /> : <Marks item={item} />}
      {(isLive(item) || (waits && !leaving)) && (
        <Tip text={waits ? 'Remove from queue' : 'Stop this run'}>
          <IconButton icon="stop" label={`Stop ${title}`} onClick={act('stop')} />
        </Tip>
      )}
      {held && !leaving && (
        <>
          <Tip text="Resume the queue">
            <IconButton icon="resume" label={`Resume ${title}`} onClick={act('resume')} />
          </Tip>
          <Tip text="Remove from queue">
            <IconButton icon="remove" label={`Remove from queue: ${title}`} onClick={act('takeOut')} />
          </Tip>
        </>
      )}
    </li>
  )
}

function Marks({ item: { state, failed, place } }: Pick<TrayRowProps, 'item'>) {
  return (
    <>
      {failed && <StatusMark status="failed" />}
      <StatusMark status={state} place={place} />
    </>
  )
}

function Leaving({ how }: { readonly how: OnItsWay }) {
  if (how === 'stop') return <StatusMark status="stopping" />
  return <span className="mark">{how === 'resume' ? 'Resuming…' : 'Removing…'}</span>
}

interface WayProps {
  readonly item: { readonly key: ThreadKey; readonly title: string; readonly room: string }
  close(): void
}

export function Way({ item, close }: WayProps) {
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

/** The line goes with what its button does: the keyboard keeps its place in the list. */
function keepFocus(button: HTMLElement): void {
  const ways = [...(button.closest('.tray-list')?.querySelectorAll<HTMLElement>('a') ?? [])]
  const at = ways.findIndex((way) => way.parentElement?.contains(button))
  const near = ways[at + 1] ?? ways[at - 1]
  near?.focus()
}
