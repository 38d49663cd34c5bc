/** A formula as MathML, which the browser draws with its own fonts; until KaTeX is there, and if it cannot, as written. */
import { memo, useMemo } from 'react'
import { loadMath } from './parts.ts'
import { usePart } from './use-part.ts'

interface MathTextProps {
  readonly source: string
  /** What it is part of. */
  readonly of: 'line' | 'block'
  /** What stands around it in a line: `\[` sets it apart there too. */
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
