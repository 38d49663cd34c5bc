/** A browser with several pages that share what it stores, and die when the test says so. */
import { createManualProfile, type Program } from '../../tabs/testing/manual-profile.ts'
import { createManualEnvironment } from '../../testing/manual-environment.ts'
import { createManualShared } from '../../testing/manual-shared.ts'
import { createScriptedTransport, type ScriptedTransport } from '../../testing/scripted-transport.ts'
import { createRunRegistry } from '../registry.ts'
// Loaded early: these tests wait for promises, not for files.
import '../../thread/taking-over.ts'
import { A } from './looking.ts'

function createBrowser(transport: ScriptedTransport) {
  const profile = createManualProfile()
  const shared = createManualShared()
  let pages = 0

  /** `kept`: what the tab has kept, for a reload or a copy of it. */
  function open(kept = new Map<string, string>(), program: Program = profile.open()) {
    pages += 1
    const { locks } = program.neighbours
    const { clock } = program
    const own = createManualEnvironment({ kept, ids: `page-${pages}-`, shared: shared.page(), locks })
    // A page that is dead or asleep does nothing later.
    const environment = { ...own, clock, frames: { next: (run: () => void) => clock.schedule(16, run) } }
    const registry = createRunRegistry({ transport: program.reaching(transport), environment })
    return { registry, kept, program, environment }
  }

  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed <= ms; passed += 500) {
      if (passed > 0) profile.clock.advance(500)
      shared.deliver()
      for (let turn = 0; turn < 60; turn += 1) await Promise.resolve()
    }
  }

  const stored = () => [...shared.kept.keys()].filter((name) => name.startsWith('outbox.'))
  return { open, pass, stored, shared, profile }
}

export function inBrowser() {
  const transport = createScriptedTransport()
  const browser = createBrowser(transport)
  const starts = () => transport.asked.filter(({ type }) => type === 'start').length
  const texts = (key = A) =>
    transport.has(key)
      ? transport.view(key).messages.flatMap(({ role, content }) => (role === 'user' ? [content] : []))
      : []
  return { transport, ...browser, starts, texts }
}

type Page = ReturnType<ReturnType<typeof inBrowser>['open']>

export function send({ registry }: Page, text: string, key = A): string {
  const busy = registry.observe(key).snapshot().activity.type !== 'idle'
  const { runId, accepted } = registry.start(key, { text, ...(busy && { onBusy: 'enqueue' }) })
  accepted.catch(() => {})
  return runId
}
