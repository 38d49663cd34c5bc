/**
 * A witness: a subscriber that records what it saw of one thread's log, to compare it with the log after a crash (G1,
 * G2). Reconnects with its cursor, like any reader. Knows nothing of the run.
 */
import { type Envelope, paths, type ThreadKey } from '@holdfast/core'
import { createParser } from 'eventsource-parser'

export interface Witness {
  readonly key: ThreadKey
  /** seq → the envelope's JSON as it came over the wire. */
  readonly seen: ReadonlyMap<number, string>
  /** Whether it saw the run's end. */
  readonly sawEnd: boolean
  /** Reads on from its cursor until the connection ends, by whatever way. */
  watch(origin: string): Promise<void>
  stop(): void
}

/** @throws Error at the first record that repeats, skips or contradicts what was seen before. */
export function createWitness(key: ThreadKey): Witness {
  const seen = new Map<number, string>()
  const aborted = new AbortController()
  let cursor = 0
  let sawEnd = false

  function note(data: string): void {
    const { seq, event } = JSON.parse(data) as Envelope
    if (seq !== cursor + 1) throw new Error(`${key.threadId}: expected seq ${cursor + 1}, got ${seq}`)
    cursor = seq
    seen.set(seq, data)
    if (event.type === 'run.ended') sawEnd = true
  }

  return {
    key,
    seen,
    get sawEnd() {
      return sawEnd
    },
    async watch(origin) {
      let broken: Error | undefined
      const parser = createParser({
        onEvent: ({ data }) => {
          try {
            note(data)
          } catch (error) {
            broken ??= error as Error
          }
        },
      })
      try {
        const response = await fetch(`${origin}${paths.log(key)}?live=sse&after=${cursor}`, { signal: aborted.signal })
        if (!response.ok || !response.body) return
        const text = response.body.pipeThrough(new TextDecoderStream())
        for await (const chunk of text) {
          parser.feed(chunk)
          if (broken) break
        }
      } catch {
        // The server was killed or the witness stopped: a cut connection is what this is about, not a finding.
      }
      if (broken) throw broken
    },
    stop: () => aborted.abort(),
  }
}
