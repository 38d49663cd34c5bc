/** The parts of the renderer that are loaded when first needed. Until then the text is shown as it was written. */
import { createPart, type Part } from '../parts/part.ts'

export interface PartOf<T> {
  readonly part: Part<unknown>
  current(): T | undefined
}

export function lazyPart<M, T>(fetch: () => Promise<M>, pick: (module: M) => T): PartOf<T> {
  const part = createPart(fetch)
  return {
    part,
    current() {
      const module = part.current()
      return module && pick(module)
    },
  }
}

export const loadMath = lazyPart(
  () => import('./maths.ts'),
  (module) => module.toMathMl,
)
export const loadHighlighter = lazyPart(
  () => import('./highlight.ts'),
  (module) => module.highlight,
)
