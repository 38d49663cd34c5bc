/** A thread whose connection breaks, and time that passes meanwhile. */
import { A, look, OFFLINE, type setUp, until } from './looking.ts'

export const HTML = { type: 'fault', fault: { type: 'protocol', detail: 'an answer that is no JSON object' } } as const
export const GATEWAY = { type: 'fault', fault: { type: 'unavailable', status: 502 } } as const

type Parts = ReturnType<typeof setUp>

/** Lets the clock run, and everything that does not wait for it happen. */
export async function pass({ environment }: Pick<Parts, 'environment'>, seconds: number): Promise<void> {
  for (let at = 0; at <= seconds; at += 1) {
    if (at > 0) environment.clock.advance(1_000)
    for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
  }
}

export async function opened(parts: Parts) {
  parts.transport.addThread(A)
  const view = look(parts.registry, A)
  await until(view.isLive)
  return view
}

/** The connection breaks, and nothing gets through until the returned function is called. */
export function goAway(parts: Parts, how: typeof OFFLINE | typeof HTML | typeof GATEWAY = OFFLINE): () => void {
  const back = parts.transport.always(how)
  parts.transport.drop(A)
  parts.transport.dropFeed()
  return back
}
