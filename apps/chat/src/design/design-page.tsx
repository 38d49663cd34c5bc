/** Every token and every primitive on one page: what may be used, and how it looks in the theme of the moment. */
import { type ReactNode, useState } from 'react'
import { PageHead } from '../frame/page-head.tsx'
import { usePageTitle } from '../frame/page-title.ts'
import { Skeleton } from '../frame/skeleton.tsx'
import { StatusMark } from '../sidebar/status-mark.tsx'
import { UnreadBadge, UnreadDot } from '../sidebar/unread.tsx'
import { Button, IconButton } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Icon, type IconName } from './icon.tsx'
import { Keys } from './keys.tsx'
import { Knot } from './knot.tsx'
import { Menu, MenuItem } from './menu.tsx'
import { Tip } from './tip.tsx'

const PAIRS: readonly (readonly [ground: string, text: string])[] = [
  ['ground', 'text'],
  ['ground', 'text-quiet'],
  ['ground-side', 'text-quiet'],
  ['ground-quiet', 'text-quiet'],
  ['ground-selected', 'text'],
  ['ground-own', 'text'],
  ['ground-note', 'text-note'],
  ['ground-alert', 'text-alert'],
  ['accent', 'on-accent'],
  ['unread', 'on-unread'],
  ['ground', 'working'],
  ['ground', 'needs-you'],
  ['ground', 'failed'],
]
const SPACES = ['1', '2', '3', '4', '6', '8', 'target']
const RADII = ['1', '2', '3', 'full']
const ICONS: readonly IconName[] = [
  'working',
  'queued',
  'question',
  'alert',
  'stopped',
  'done',
  'send',
  'stop',
  'retry',
  'onward',
  'down',
  'up',
  'before',
  'after',
  'pause',
  'resume',
  'plus',
  'edit',
  'archive',
  'search',
  'thread',
  'unread',
  'read',
  'room',
  'bell',
  'muted',
  'settings',
  'more',
  'menu',
  'close',
  'enter',
]

export default function DesignPage() {
  usePageTitle(['Design'])
  const [open, setOpen] = useState(false)
  const [density, setDensity] = useState<'close' | 'roomy'>('close')
  return (
    <>
      <PageHead roomId="default" title="Design" room="Tokens and primitives" />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
      <section className="design" aria-label="Design" tabIndex={0} data-density={density}>
        <Part title="Mark and type">
          <div className="flex flex-wrap items-center gap-4">
            <Knot className="mark-large" />
            <p className="font-title text-display">Holds on while you look away</p>
          </div>
          <p className="font-title text-title font-semibold">Titles are set in an old-style serif of the system</p>
          <p>Text is a humanist sans of the system, 15 px on 24; on a narrow page 16 px.</p>
          <p className="text-small text-text-quiet">Small text is 13 px on 20, and quiet.</p>
          <pre className="code">{'for await (const event of run) recorder.record(event)'}</pre>
        </Part>
        <Part title="Colour">
          <ul className="design-grid">
            {PAIRS.map(([ground, text]) => (
              <li
                key={`${ground} ${text}`}
                className="design-swatch"
                style={{ background: `var(--color-${ground})`, color: `var(--color-${text})` }}
              >
                {text} on {ground}
              </li>
            ))}
          </ul>
        </Part>
        <Part title="Space, radius and density">
          <ul className="flex flex-wrap items-end gap-4">
            {SPACES.map((step) => (
              <li key={step} className="grid gap-1 text-small text-text-quiet">
                <span className="design-step" style={{ width: `var(--spacing-${step})` }} />
                {step}
              </li>
            ))}
            {RADII.map((step) => (
              <li key={step} className="grid gap-1 text-small text-text-quiet">
                <span className="design-corner" style={{ borderRadius: `var(--radius-${step})` }} />
                {step}
              </li>
            ))}
          </ul>
          <Row>
            <Button
              onClick={() => setDensity(density === 'close' ? 'roomy' : 'close')}
              aria-pressed={density === 'roomy'}
            >
              Roomy
            </Button>
          </Row>
        </Part>
        <Part title="Buttons and fields">
          <Row>
            <Button look="main">Main</Button>
            <Button>Plain</Button>
            <Button look="quiet">Quiet</Button>
            <Button look="stop">
              <Icon name="stop" />
              Stop
            </Button>
            <Button disabled>Not now</Button>
            <Tip text="An icon button says its name">
              <IconButton icon="archive" label="Archive" />
            </Tip>
          </Row>
          <Row>
            <input className="field max-w-60" aria-label="A field" placeholder="A field" />
            <Keys chord="mod+k" />
          </Row>
        </Part>
        <Part title="States of a thread">
          <Row>
            {(['needs_you', 'working', 'stopping', 'queued', 'failed'] as const).map((status) => (
              <StatusMark key={status} status={status} />
            ))}
            <UnreadBadge count={7} />
            <UnreadBadge count={100} />
            <UnreadDot />
            <StatusMark status="failed" small seen />
          </Row>
        </Part>
        <Part title="Icons">
          <Row>
            {ICONS.map((name) => (
              <Icon key={name} name={name} turning={name === 'working'} />
            ))}
          </Row>
        </Part>
        <Part title="Details">
          <details className="fold" data-look="bare">
            <summary>
              <span className="fold-name">Thought for 12 s</span>
            </summary>
            <div className="fold-body">What an agent thinks stands aside.</div>
          </details>
          <details className="fold" open>
            <summary>
              <span className="fold-name">look_up</span>
              <StatusMark status="working" />
            </summary>
            <div className="fold-body">
              <span className="fold-label">Input</span>
              <pre className="code">{'{ "query": "tide tables" }'}</pre>
            </div>
          </details>
        </Part>
        <Part title="Menu and dialog">
          <Row>
            <Menu
              trigger={
                <Button>
                  Menu
                  <Icon name="more" />
                </Button>
              }
            >
              <MenuItem icon="edit" onSelect={() => {}}>
                Rename
              </MenuItem>
              <MenuItem icon="archive" onSelect={() => {}}>
                Archive
              </MenuItem>
            </Menu>
            <Button onClick={() => setOpen(true)}>Dialog</Button>
          </Row>
          {open && (
            <Dialog title="A dialog" close={() => setOpen(false)}>
              <p className="p-4">Esc closes it, and the focus goes back to where it was.</p>
            </Dialog>
          )}
        </Part>
        <Part title="Not here yet">
          <Skeleton of="nothing" />
        </Part>
      </section>
    </>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="design-part">
      <h2 className="font-title text-title">{title}</h2>
      {children}
    </section>
  )
}

function Row({ children }: { readonly children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-3">{children}</div>
}
