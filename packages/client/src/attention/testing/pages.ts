/** Windows of one browser profile over a scripted server, each with everything that shows notices, on one clock. */
import type { ThreadKey } from '@holdfast/core'
import { vi } from 'vitest'
import { createRunRegistry } from '../../registry/registry.ts'
import { createManualProfile } from '../../tabs/testing/manual-profile.ts'
import { createManualEnvironment, MANUAL_FRAME_MS } from '../../testing/manual-environment.ts'
import { createManualFocus } from '../../testing/manual-focus.ts'
import { createManualShared } from '../../testing/manual-shared.ts'
import { createScriptedTransport, type ScriptedServerOptions } from '../../testing/scripted-transport.ts'
import { createAttention } from '../attention.ts'
import { createLooking } from '../looking.ts'
import { createNotificationSettings } from '../notification-settings.ts'
import type { Ring } from '../ringer-state.ts'

export const A: ThreadKey = { roomId: 'default', threadId: 'a' }
export const B: ThreadKey = { roomId: 'default', threadId: 'b' }

export const turn = () => new Promise((resolve) => setTimeout(resolve))
export const until = vi.waitFor

export interface PageOptions {
  readonly window?: 'focused' | 'visible' | 'hidden'
  readonly mayNotify?: boolean
}

/** `profiles`: each has locks and storage of its own. */
export function createServer(options: ScriptedServerOptions = { marks: true }) {
  const transport = createScriptedTransport(options)
  let pages = 0

  function createProfile(clock = createManualProfile()) {
    const shared = createManualShared()
    return { clock, shared }
  }
  const profile = createProfile()

  /** A window of the same profile, or of another device with one of its own. */
  function open({ window = 'focused', mayNotify = true }: PageOptions = {}, { clock, shared } = profile) {
    pages += 1
    const program = clock.open()
    const manual = createManualEnvironment({ ids: `page-${pages}-`, shared: shared.page() })
    const environment = {
      ...manual,
      clock: program.clock,
      frames: { next: (run: () => void) => program.clock.schedule(MANUAL_FRAME_MS, run) },
    }
    const focus = createManualFocus()
    focus.set(window === 'focused')
    manual.setHidden(window === 'hidden')
    const registry = createRunRegistry({ transport, environment })
    const looking = createLooking({ registry, focus, visibility: manual.visibility })
    const settings = createNotificationSettings({ registry, environment })
    const rings: Ring[] = []
    const closed: string[] = []
    const attention = createAttention({
      registry,
      environment,
      locks: program.neighbours.locks,
      looking,
      settings,
      mayNotify: { snapshot: () => mayNotify, subscribe: () => () => {} },
      ringing: {
        show: (ring) => void rings.push(ring),
        close: (_, ids) => void closed.push(...ids),
      },
    })
    registry.observeThreads('default').subscribe(() => {})
    return {
      program,
      environment,
      registry,
      looking,
      settings,
      attention,
      focus,
      rings,
      closed,
      setHidden: manual.setHidden,
      /** As `toast finished a`, or `os 3`. */
      rang: () =>
        rings.map(({ as, notices, isGroup }) => {
          const [first] = notices
          return isGroup ? `${as} ${notices.length}` : `${as} ${first?.kind} ${first?.threadId}`
        }),
      isReady: () =>
        until(() => {
          if (settings.snapshot().capability === undefined) throw new Error('The settings are still asked for.')
          if (registry.connection.snapshot().type !== 'live') throw new Error('The inbox is still being opened.')
        }),
      close() {
        attention.close()
        settings.close()
        looking.close()
        registry.close()
      },
    }
  }

  /** Lets this much time pass, and everything in between happen. */
  async function pass(ms: number, { clock } = profile): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.clock.advance(Math.min(50, ms - passed))
      await turn()
    }
  }

  function run(key: ThreadKey, runId = `run-${key.threadId}`) {
    transport.startElsewhere(key, runId, 'Hello')
    return (outcome?: Parameters<typeof transport.end>[2]) => transport.end(key, runId, outcome)
  }

  return { transport, open, pass, run, createProfile: () => createProfile() }
}

/** The devices that asked for a notice, in order. */
export function claimsOf({ transport }: ReturnType<typeof createServer>): readonly string[] {
  return transport.asked.flatMap((each) => (each.type === 'claimNotice' ? [each.deviceId] : []))
}
