/**
 * One random day of a person with several devices: runs end, they look here and there, windows freeze and crash, messages
 * are lost and doubled. At the end everything that still lives is awake and online, and they look at each device in turn.
 *
 * Owns: what happens when. Says what each notice has come to; does not judge it (`simulation.test.ts`).
 */
import {
  DEFAULT_NOTIFICATION_SETTINGS,
  type NoticeKind,
  type NotificationSettings,
  sameKey,
  type ThreadKey,
} from '@holdfast/core'
import type { Notice } from '../notice.ts'
import { createAgenda } from './agenda.ts'
import { createRandom, type Random } from './random.ts'
import { createSimulatedDevice, type SimulatedDevice, type SimulatedWindow, type World } from './simulated-device.ts'
import { createSimulatedServer, type ServerNotice, type SimulatedServer } from './simulated-server.ts'

const DAY_MS = 60_000
/** Long enough for every lease, every back-off and every push. */
const AFTER_MS = 120_000

export interface TraceResult {
  readonly notices: readonly Fate[]
  /** Ends of runs of which nobody was to be told. */
  readonly silent: number
}

export interface Fate {
  readonly notice: ServerNotice
  /** Where it rang: a device, or `push`. */
  readonly rings: readonly string[]
  /** A window decided, when it was its turn, that nothing was to be shown. */
  readonly settled: boolean
  /** A device had claimed it and died before it showed it, and with it every window that knew of it. */
  readonly diedWithClaim: boolean
  readonly quiet: boolean
}

const THREADS: readonly ThreadKey[] = ['a', 'b', 'c'].map((threadId) => ({ roomId: 'r', threadId }))
const MUTED: ThreadKey = { roomId: 'r', threadId: 'muted' }
const ALL_DAY = { from: '00:00', to: '23:59', timeZone: 'UTC' }

export function playTrace(seed: number): TraceResult {
  const random = createRandom(seed)
  const agenda = createAgenda()
  const rings = new Map<string, string[]>()
  const settled = new Set<string>()
  const devices: SimulatedDevice[] = []
  const quiet = random.chance(0.1)
  const settings: NotificationSettings = { ...DEFAULT_NOTIFICATION_SETTINGS, ...(quiet && { quietHours: ALL_DAY }) }
  const windows = () => devices.flatMap((device) => device.windows)
  const ring = (id: string, where: string) => void rings.set(id, [...(rings.get(id) ?? []), where])
  const isMuted = (key: ThreadKey) => sameKey(key, MUTED)

  const server = createSimulatedServer({
    agenda,
    settings,
    isMuted,
    isAttended: (key) =>
      windows().some(
        ({ isKnown, around }) => isKnown && around.window === 'focused' && around.shown.some((k) => sameKey(k, key)),
      ),
    hasWindow: () => windows().some(({ isKnown }) => isKnown),
    pushed: ({ id }) => ring(id, 'push'),
  })
  const world: World = {
    agenda,
    random,
    server,
    settings,
    isMuted,
    lossy: random.pick([0, 0.05, 0.3]),
    rang: (id, by) => ring(id, by.device.id),
    settled: (id) => void settled.add(id),
    read(key, seq) {
      agenda.in(random.between(1, 600), () => {
        server.read(key, seq)
        for (const window of windows()) agenda.in(random.between(1, 600), () => window.heardRead(key, seq))
      })
    },
  }
  for (let n = few(random, 5); n > 0; n -= 1) devices.push(createSimulatedDevice(`d${n}`, few(random, 8), world))

  let silent = 0
  const end = () => {
    if (!endRun(world, server, windows())) silent += 1
  }
  for (let n = few(random, 8); n > 0; n -= 1) agenda.in(random.below(DAY_MS), end)
  if (random.chance(0.3)) for (let n = 0; n < 5; n += 1) agenda.in(10_000 + random.below(1_500), end)
  for (let n = random.below(30); n > 0; n -= 1) agenda.in(random.below(DAY_MS), () => live(random, devices))
  agenda.runUntil(DAY_MS)

  world.lossy = 0
  for (const window of windows()) window.thaw()
  agenda.runUntil(DAY_MS + 30_000)
  for (const device of devices) {
    lookAt(
      device,
      device.windows.find(({ alive }) => alive),
      [],
    )
    agenda.runUntil(agenda.now + 10_000)
  }
  agenda.runUntil(agenda.now + AFTER_MS)
  return { notices: [...server.notices.values()].map((notice) => fateOf(notice)), silent }

  function fateOf(notice: ServerNotice): Fate {
    const owner = devices.find(({ id }) => id === notice.claimedBy)
    const hasHeir = owner?.rung.has(notice.id) || owner?.windows.some((each) => each.alive && each.couldShow(notice.id))
    return {
      notice,
      rings: rings.get(notice.id) ?? [],
      settled: settled.has(notice.id),
      diedWithClaim: owner !== undefined && !hasHeir,
      quiet,
    }
  }
}

/** Mostly few, sometimes as many as there may be. */
function few(random: Random, most: number): number {
  return random.chance(0.8) ? random.between(1, 3) : random.between(1, most)
}

/** False: it raises no notice. */
function endRun({ agenda, random }: World, server: SimulatedServer, windows: readonly SimulatedWindow[]): boolean {
  const key = random.chance(0.1) ? MUTED : random.pick(THREADS)
  const raised = server.raise(key, random.pick<NoticeKind>(['finished', 'failed', 'needs_you']))
  if (!raised) return false
  const { id, kind, seq } = raised
  const notice: Notice = { ...key, id, kind, seq, runId: id, scope: 'server' }
  for (const window of windows) {
    // A window that is offline hears of it once it is back; one that reconnects may hear of it twice.
    const delay = random.chance(0.1) ? random.between(1_000, 20_000) : random.between(1, 300)
    agenda.in(delay, () => window.hear(notice))
    if (random.chance(0.2)) agenda.in(delay + random.between(0, 30_000), () => window.hear(notice))
  }
  return true
}

/** Something that the person does, or that befalls their devices. */
function live(random: Random, devices: readonly SimulatedDevice[]): void {
  const device = random.pick(devices)
  const window = random.pick(device.windows)
  const what = random.below(10)
  if (what < 3) lookAt(device, window, random.chance(0.6) ? [random.pick(THREADS)] : [])
  else if (what < 5) window.turn(random.pick(['visible', 'hidden'] as const), [])
  else if (what < 7) window.freeze()
  else if (what < 8) window.thaw()
  else if (what < 9) window.crash()
  else if (random.chance(0.3)) for (const each of device.windows) each.crash()
}

/** One window of a device has the focus. */
function lookAt(device: SimulatedDevice, window: SimulatedWindow | undefined, shown: readonly ThreadKey[]): void {
  for (const other of device.windows)
    if (other !== window && other.around.window === 'focused') other.turn('hidden', [])
  window?.turn('focused', shown)
}
