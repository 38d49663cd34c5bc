/**
 * Several generators as one. Owns: which of them runs, and in which order their values come.
 *
 * A generator is asked for its next value only after its last one was taken, so what it does after a `yield` happens
 * after that value has been written.
 */

export interface Merged<Value, Result> {
  /** Adds a generator. It starts at once if there is room. */
  add(generator: AsyncGenerator<Value, Result>): void
  /** Yields the values of all until every one has ended. If one fails, the others are stopped, and it fails too. */
  values(): AsyncGenerator<Value, void>
  /** By order of addition; of those that have ended. */
  readonly results: readonly (Result | undefined)[]
}

/** At most `width` generators run at the same time. `stop` asks those that still run to end soon. */
export function createMerged<Value, Result>(stop: () => void, width = Number.POSITIVE_INFINITY): Merged<Value, Result> {
  const waiting: (() => void)[] = []
  const running = new Set<AsyncGenerator<Value, Result>>()
  const results: (Result | undefined)[] = []
  const ready: (() => Value | undefined)[] = []
  let added = 0
  let wake = () => {}

  function begin(generator: AsyncGenerator<Value, Result>, place: number): void {
    running.add(generator)
    ask(generator, place)
  }

  function ask(generator: AsyncGenerator<Value, Result>, place: number): void {
    generator.next().then(
      (next) => {
        push(() => {
          if (!next.done) {
            taken = () => ask(generator, place)
            return next.value
          }
          results[place] = next.value
          running.delete(generator)
          if (running.size < width) waiting.shift()?.()
          return undefined
        })
      },
      (error: unknown) => {
        push(() => {
          running.delete(generator)
          throw error
        })
      },
    )
  }

  function push(look: () => Value | undefined): void {
    ready.push(look)
    wake()
  }

  /** Lets the generator go on whose value was yielded last. */
  let taken = () => {}

  return {
    add(generator) {
      const place = added++
      results.push(undefined)
      if (running.size < width) begin(generator, place)
      else waiting.push(() => begin(generator, place))
    },
    async *values() {
      try {
        while (ready.length > 0 || running.size > 0) {
          const next = ready.shift()
          if (!next) {
            await new Promise<void>((resolve) => (wake = resolve))
            continue
          }
          taken = () => {}
          const value = next()
          const goOn = taken
          if (value !== undefined) {
            yield value
            goOn()
          }
        }
      } finally {
        if (running.size > 0) stop()
        await Promise.allSettled(Array.from(running, (generator) => generator.return(undefined as Result)))
      }
    },
    results,
  }
}
