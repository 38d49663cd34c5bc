/** A page that follows a run on a device, and time that passes for it. */
import type { ThreadView } from '@holdfast/core'
import { vi } from 'vitest'
import { type Device, openPage, settle } from '../../cache/testing/device.ts'
import { createScriptedTransport } from '../../testing/scripted-transport.ts'
import { deriveRunHandles } from '../derived-handles.ts'
import { A, look, until } from './looking.ts'

export function textIn(view: ThreadView | undefined): string | undefined {
  return view?.messages.map(({ content }) => content).join('|')
}

/** A page that follows a run in A. */
export async function streaming(device?: Device) {
  const transport = createScriptedTransport()
  const page = openPage(transport, device)
  const completed = vi.fn()
  deriveRunHandles(page.registry, completed)
  const view = look(page.registry, A)
  const { runId, accepted } = page.registry.start(A, { text: 'Hello' })
  await accepted
  await until(view.isLive)
  return { transport, page, view, runId, completed }
}

/** Time passes, and what follows from it has happened. */
export async function pass(
  { environment }: Pick<ReturnType<typeof openPage>, 'environment'>,
  ms: number,
): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    environment.clock.advance(Math.min(100, ms - passed))
    await settle()
  }
}
