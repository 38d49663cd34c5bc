/** The parts of the renderer that are loaded when first needed. Each is asked for once; a failure may be tried again. */

export interface Part<T> {
  readonly current: () => T | undefined
  readonly load: () => Promise<unknown>
}

export function lazyPart<T>(fetch: () => Promise<T>): Part<T> {
  let value: T | undefined
  let loading: Promise<unknown> | undefined
  return {
    current: () => value,
    load() {
      loading ??= fetch().then(
        (loaded) => {
          value = loaded
        },
        // Whoever waits goes on with what there is: text as it was written.
        () => {
          loading = undefined
        },
      )
      return loading
    },
  }
}

export const loadMath = lazyPart(async () => (await import('./maths.ts')).toMathMl)
export const loadHighlighter = lazyPart(async () => (await import('./highlight.ts')).highlight)
