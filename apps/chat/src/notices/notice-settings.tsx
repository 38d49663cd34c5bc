/** The settings of notifications. Each change is saved at once. */
import type { NotificationSettings } from '@holdfast/core'
import { useId } from 'react'
import { Button } from '../design/button.tsx'
import { Icon } from '../design/icon.tsx'
import { Skeleton } from '../frame/skeleton.tsx'
import { useServices } from '../services.ts'
import { PermissionLine } from './permission-line.tsx'
import { usePermission } from './use-permission.ts'
import { useSettings } from './use-settings.ts'

type Kind = keyof NotificationSettings['kinds']

const KINDS: readonly { readonly kind: Kind; readonly label: string; readonly text: string }[] = [
  { kind: 'needsYou', label: 'Needs you', text: 'A run has a question, or waits for your approval.' },
  { kind: 'finished', label: 'Finished', text: 'A run has its answer.' },
  { kind: 'failed', label: 'Failed', text: 'A run ended with an error.' },
  { kind: 'stopped', label: 'Stopped elsewhere', text: 'A run was stopped by another person or on another device.' },
]

const NIGHT = { from: '22:00', to: '07:00' }

export function NoticeSettings({ back }: { back(): void }) {
  const { state, load, change } = useSettings()
  const permission = usePermission()
  const { permissions } = useServices()
  return (
    <>
      <PermissionLine permission={permission} turnOn={() => void permissions.ask()} />
      <div className="tray-list">
        {state.type === 'loading' && <Skeleton of="settings" />}
        {state.type === 'trouble' && (
          <div className="tray-none" role="alert">
            <p>Couldn’t load the settings. {state.text}</p>
            <Button onClick={load}>Try again</Button>
          </div>
        )}
        {state.type === 'ready' && <Form settings={state.settings} change={change} />}
      </div>
      <footer className="tray-foot">
        <Button look="quiet" onClick={back}>
          <Icon name="before" />
          Notifications
        </Button>
        <span className="tray-hint">These apply to all your devices.</span>
      </footer>
    </>
  )
}

interface FormProps {
  readonly settings: NotificationSettings
  change(settings: NotificationSettings): void
}

function Form({ settings, change }: FormProps) {
  const { kinds, needsYouBreaksThrough, quietHours } = settings
  const { quietHours: _, ...without } = settings
  return (
    <>
      <fieldset className="settings">
        <legend className="tray-group">Notify me about</legend>
        {KINDS.map(({ kind, label, text }) => (
          <Choice
            key={kind}
            label={label}
            text={text}
            checked={kinds[kind]}
            change={(on) => change({ ...settings, kinds: { ...kinds, [kind]: on } })}
          />
        ))}
      </fieldset>
      <fieldset className="settings">
        <legend className="tray-group">When</legend>
        <Choice
          label="Needs you, even when muted"
          text="A question comes through although its thread or room is muted."
          checked={needsYouBreaksThrough}
          change={(on) => change({ ...settings, needsYouBreaksThrough: on })}
        />
        <Choice
          label="Quiet hours"
          text={
            quietHours
              ? `By the clock of ${quietHours.timeZone}. Only notes inside this page appear then.`
              : 'A time of day without notifications outside this page.'
          }
          checked={quietHours !== undefined}
          change={(on) => change(on ? { ...settings, quietHours: { ...NIGHT, timeZone: timeZoneHere() } } : without)}
        />
        {quietHours && (
          <div className="settings-hours">
            <Hour
              label="From"
              time={quietHours.from}
              change={(from) => change({ ...settings, quietHours: { ...quietHours, from } })}
            />
            <Hour
              label="to"
              time={quietHours.to}
              change={(to) => change({ ...settings, quietHours: { ...quietHours, to } })}
            />
          </div>
        )}
      </fieldset>
    </>
  )
}

function timeZoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

interface ChoiceProps {
  readonly label: string
  readonly text: string
  readonly checked: boolean
  change(on: boolean): void
}

function Choice({ label, text, checked, change }: ChoiceProps) {
  const about = useId()
  return (
    <label className="settings-choice">
      <input
        type="checkbox"
        checked={checked}
        aria-label={label}
        aria-describedby={about}
        onChange={(event) => change(event.target.checked)}
      />
      <span>
        <span className="settings-label">{label}</span>
        <span id={about} className="settings-text">
          {text}
        </span>
      </span>
    </label>
  )
}

interface HourProps {
  readonly label: string
  readonly time: string
  change(time: string): void
}

function Hour({ label, time, change }: HourProps) {
  return (
    <label>
      {label}
      <input
        type="time"
        className="field"
        required
        value={time}
        // Empty while it is being written.
        onChange={({ target }) => target.value !== '' && change(target.value)}
      />
    </label>
  )
}
