/** A formula as MathML, which the browser draws with its own fonts; until KaTeX is there, and if it cannot, as written. */
import { memo, useMemo } from 'react'
import { loadMath } from './parts.ts'
import { usePart } from './use-part.ts'

interface MathTextProps {
  readonly source: string
  readonly display: boolean
  /** Still being written: half a formula is not drawn. */
  readonly open: boolean
}

export const MathText = memo(function MathText({ source, display, open }: MathTextProps) {
  const toMathMl = usePart(loadMath, !open)
  const html = useMemo(() => toMathMl?.(source, display), [toMathMl, source, display])
  const Shell = display ? 'div' : 'span'
  if (html === undefined)
    return <Shell className={display ? 'md-math-source' : 'md-math-source-inline'}>{source}</Shell>
  return (
    <Shell
      className={display ? 'md-math' : 'md-math-inline'}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX's own markup; untrusted commands are off (maths.ts)
      dangerouslySetInnerHTML={{ __html: html }}
    />
  )
})
