/**
 * A formula as MathML, which the browser renders with its own fonts. Until KaTeX is loaded, and if it cannot read the
 * formula, the source is shown.
 */
import { memo, useMemo } from 'react'
import { loadMath } from './parts.ts'
import { usePart } from './use-part.ts'

interface MathTextProps {
  readonly source: string
  /** What it is part of. */
  readonly of: 'line' | 'block'
  /** `\[` inside a line also starts a display formula. */
  readonly delimiters?: readonly string[] | undefined
  /** Still being written: half a formula is not drawn. */
  readonly open: boolean
}

export const MathText = memo(
  function MathText({ source, of, delimiters: [opener = '', closer = ''] = [], open }: MathTextProps) {
    const display = of === 'block' || opener === '\\['
    const toMathMl = usePart(loadMath, !open)
    const html = useMemo(() => toMathMl?.(source, display), [toMathMl, source, display])
    const Shell = of === 'block' ? 'div' : 'span'
    if (html === undefined) {
      return (
        <Shell className={of === 'block' ? 'md-math-source' : 'md-math-source-inline'}>
          {opener}
          {source}
          {closer}
        </Shell>
      )
    }
    return (
      <Shell
        className={display ? 'md-math' : 'md-math-inline'}
        // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX's own markup; untrusted commands are off (maths.ts)
        dangerouslySetInnerHTML={{ __html: html }}
      />
    )
  },
  (before, after) =>
    before.source === after.source &&
    before.of === after.of &&
    before.open === after.open &&
    before.delimiters?.[0] === after.delimiters?.[0],
)
