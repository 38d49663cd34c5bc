import { expect, it } from 'vitest'
import { isSilenced, type Ring, ringFor, type Whereabouts } from './ring.ts'
import { DEFAULT_NOTIFICATION_SETTINGS as DEFAULTS, type NotificationSettings } from './settings.ts'
import { NOTICE_KINDS, type NoticeKind } from './unread.ts'

const NOON = Date.UTC(2026, 0, 1, 12)
const WHERE = ['here', 'elsewhere-in-page', 'away', 'no-window'] as const satisfies readonly Whereabouts[]
type Want = 'wanted' | 'quiet hours' | 'muted' | 'switched off'

/** In the order of `WHERE`. */
const ALL: readonly Ring[] = ['nothing', 'toast', 'os', 'push']
const IN_PAGE: readonly Ring[] = ['nothing', 'toast', 'nothing', 'nothing']
const NOTHING: readonly Ring[] = ['nothing', 'nothing', 'nothing', 'nothing']

const EXPECTED: Readonly<Record<NoticeKind, Readonly<Record<Want, readonly Ring[]>>>> = {
  finished: { wanted: ALL, 'quiet hours': IN_PAGE, muted: NOTHING, 'switched off': NOTHING },
  failed: { wanted: ALL, 'quiet hours': IN_PAGE, muted: NOTHING, 'switched off': NOTHING },
  needs_you: { wanted: ALL, 'quiet hours': IN_PAGE, muted: NOTHING, 'switched off': NOTHING },
  stopped: { wanted: IN_PAGE, 'quiet hours': IN_PAGE, muted: NOTHING, 'switched off': NOTHING },
}

const quietHours = { from: '11:00', to: '13:00', timeZone: 'UTC' }
const ALL_OFF = { finished: false, failed: false, needsYou: false, stopped: false }

function settingsFor(want: Want, needsYouBreaksThrough: boolean): NotificationSettings {
  const base = { ...DEFAULTS, needsYouBreaksThrough }
  if (want === 'quiet hours') return { ...base, quietHours }
  return want === 'switched off' ? { ...base, kinds: ALL_OFF } : base
}

const rings = (what: NoticeKind, want: Want, breaksThrough: boolean) =>
  WHERE.map((where) =>
    ringFor(what, where, { settings: settingsFor(want, breaksThrough), muted: want === 'muted', now: NOON }),
  )

it('G14 the table says how each kind rings, wherever the person is and whatever they want', () => {
  for (const what of NOTICE_KINDS)
    for (const want of ['wanted', 'quiet hours', 'muted', 'switched off'] as const)
      for (const breaksThrough of [false, true]) {
        const opened = breaksThrough && what === 'needs_you' && want === 'muted'
        expect(rings(what, want, breaksThrough), `${what}, ${want}`).toEqual(opened ? ALL : EXPECTED[what][want])
      }
})

it('S002-19 the thread that is open in a focused window never rings', () => {
  for (const what of NOTICE_KINDS) {
    const settings = settingsFor('wanted', true)
    expect(ringFor(what, 'here', { settings, muted: false, now: NOON })).toBe('nothing')
  }
})

it('S002-20 a muted thread rings nowhere, but what needs the person may break through where they allow it', () => {
  const silenced = (needsYouBreaksThrough: boolean) =>
    NOTICE_KINDS.filter((what) => isSilenced(what, { settings: { ...DEFAULTS, needsYouBreaksThrough }, muted: true }))
  expect(silenced(false)).toEqual(NOTICE_KINDS)
  expect(silenced(true)).toEqual(['finished', 'failed', 'stopped'])
})

it('a kind that is switched off rings nowhere, and the others as before', () => {
  const settings: NotificationSettings = { ...DEFAULTS, kinds: { ...DEFAULTS.kinds, failed: false } }
  const heard = NOTICE_KINDS.filter((what) => !isSilenced(what, { settings, muted: false }))
  expect(heard).toEqual(['finished', 'needs_you', 'stopped'])
})

it('what breaks through a mute still keeps the quiet hours', () => {
  const settings: NotificationSettings = { ...DEFAULTS, needsYouBreaksThrough: true, quietHours }
  const rung = WHERE.map((where) => ringFor('needs_you', where, { settings, muted: true, now: NOON }))
  expect(rung).toEqual(IN_PAGE)
})
