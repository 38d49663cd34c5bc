/** KaTeX, apart from everything else: only a message with a formula loads it. */
import katex from 'katex'

/** MathML, or undefined if the source is no formula. Nothing in it may lead out: no \href, no \includegraphics, no \html…. */
export function toMathMl(source: string, displayMode: boolean): string | undefined {
  try {
    return katex.renderToString(source, {
      displayMode,
      output: 'mathml',
      trust: false,
      strict: 'ignore',
      throwOnError: true,
      maxSize: 20,
      maxExpand: 500,
    })
  } catch {
    return undefined
  }
}
