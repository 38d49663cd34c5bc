/**
 * Several generators as one: the values of all, as they come. A generator is asked for its next value only after its last
 * one was taken, so what it does after a `yield` happens after the value has been recorded.
 */
export async function* sideBySide<Value>(generators: readonly AsyncGenerator<Value>[]): AsyncGenerator<Value> {
  const ready: (() => Generator<Value>)[] = []
  let left = generators.length
  let wake = () => {}

  function ask(generator: AsyncGenerator<Value>): void {
    const push = (look: () => Generator<Value>) => {
      ready.push(look)
      wake()
    }
    generator.next().then(
      (next) =>
        push(function* () {
          if (next.done) left--
          else {
            yield next.value
            ask(generator)
          }
        }),
      (error: unknown) =>
        push(() => {
          throw error
        }),
    )
  }

  for (const generator of generators) ask(generator)
  try {
    while (left > 0) {
      const look = ready.shift()
      if (look) yield* look()
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    // One has failed, or nobody listens any more. Each ends at its next step.
    for (const generator of generators) void generator.return(undefined).catch(() => {})
  }
}
