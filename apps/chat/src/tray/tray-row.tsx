/**
 * One thread of the tray that needs somebody, runs or waits: the way there, its state, and what ends it.
 *
 * Owns: that what waits is on its way out, until the list says so. Does not know: what taking out is.
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
  /** Both resolve to whether it came about. */
  stop(item: OverviewItem): Promise<boolean>
  takeOut(item: OverviewItem): Promise<boolean>
  close(): void
}

export function TrayRow({ item, stop, takeOut, close }: TrayRowProps) {
  const [leaving, setLeaving] = useState(false)
  const { title, state, place } = item
  const waits = waitsForPlace(item)
  const held = isHeld(item)

  function act(how: typeof stop): ComponentProps<'button'>['onClick'] {
    return async ({ currentTarget }) => {
      keepFocus(currentTarget)
      setLeaving(true)
      if (!(await how(item))) setLeaving(false)
    }
  }

  return (
    <li className="tray-row">
      <Way item={item} close={close} />
      {leaving && held ? (
        <span className="mark">Removing…</span>
      ) : leaving && waits ? (
        <StatusMark status="stopping" />
      ) : (
        <StatusMark status={state} place={place} />
      )}
      {(isLive(item) || (waits && !leaving)) && (
        <Tip text={waits ? 'Don’t begin it' : 'Stop this run'}>
          <IconButton icon="stop" label={`Stop ${title}`} onClick={act(stop)} />
        </Tip>
      )}
      {held && !leaving && (
        <Tip text="Don’t send what waits here">
          <IconButton icon="remove" label={`Don’t send ${title}`} onClick={act(takeOut)} />
        </Tip>
      )}
    </li>
  )
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
