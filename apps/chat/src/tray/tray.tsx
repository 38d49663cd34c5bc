/** The summary of all runs, and the panel that it opens. The panel is loaded when first needed. */
import { useRooms } from '@holdfast/react'
import { Icon } from '../design/icon.tsx'
import { layer, layerPart } from '../frame/layer.tsx'
import { summaryOf } from './overview.ts'
import { useOverview } from './use-overview.ts'

const TrayPanel = layer(layerPart(() => import('./tray-panel.tsx')))

interface TrayProps {
  readonly open: boolean
  setOpen(open: boolean): void
}

export function Tray({ open, setOpen }: TrayProps) {
  const known = useRooms().items !== undefined
  const overview = useOverview(open)
  const { items, finished } = overview
  const summary = summaryOf(items, finished.length)
  const needsYou = items.some(({ state }) => state === 'needs_you' || state === 'paused')
  const status = needsYou ? 'needs_you' : items.length > 0 ? 'working' : undefined
  return (
    <section className="tray" aria-label="Runs" data-empty={summary === '' || undefined}>
      <button
        type="button"
        className="tray-line"
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => setOpen(!open)}
      >
        <span className="mark" data-status={status}>
          {needsYou ? (
            <Icon name="question" />
          ) : (
            <Icon name={items.length === 0 && summary !== '' ? 'done' : 'working'} turning={items.length > 0} />
          )}
        </span>
        <span className="tray-words">{summary || (known ? 'Nothing running' : 'Loading…')}</span>
        <span className="tray-count" aria-hidden="true">
          {items.length + finished.length}
        </span>
      </button>
      {open && <TrayPanel items={items} finished={finished} close={() => setOpen(false)} />}
    </section>
  )
}
