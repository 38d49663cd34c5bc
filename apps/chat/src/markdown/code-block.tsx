/** A block of code: its language, a button that copies it, and colours once it is written whole. */
import { memo, useEffect, useState } from 'react'
import { useCopy } from '../design/use-copy.ts'
import type { Piece } from './highlight.ts'
import { languageOf } from './languages.ts'
import { loadHighlighter } from './parts.ts'
import { usePart } from './use-part.ts'

interface CodeBlockProps {
  readonly code: string
  /** As written after the fence. */
  readonly language: string | undefined
  /** Still being written. */
  readonly open: boolean
}

export const CodeBlock = memo(function CodeBlock({ code, language, open }: CodeBlockProps) {
  const known = language === undefined ? undefined : languageOf(language)
  const title = known?.title ?? language ?? 'Text'
  const lines = useColours(code, language, known !== undefined && !open)
  return (
    <figure className="md-code" aria-label={`Code, ${title}`} dir="ltr">
      <figcaption>
        <span>{title}</span>
        <CopyButton code={code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{lines === undefined ? code : <Coloured lines={lines} />}</code>
      </pre>
    </figure>
  )
})

function useColours(code: string, language: string | undefined, wanted: boolean) {
  const highlight = usePart(loadHighlighter, wanted)
  const [coloured, setColoured] = useState<{ code: string; lines: readonly (readonly Piece[])[] }>()
  useEffect(() => {
    if (highlight === undefined || language === undefined) return
    const stop = new AbortController()
    highlight(code, language, stop.signal).then(
      (lines) => lines && !stop.signal.aborted && setColoured({ code, lines }),
      // If the grammar fails to load, the code stays plain.
      () => {},
    )
    return () => stop.abort()
  }, [highlight, code, language])
  return wanted && coloured?.code === code ? coloured.lines : undefined
}

const Coloured = memo(function Coloured({ lines }: { readonly lines: readonly (readonly Piece[])[] }) {
  return lines.map((line, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of a finished text have no other name
    <span key={row}>
      {line.map(({ text, color }, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <span key={column} style={{ color }}>
          {text}
        </span>
      ))}
      {row < lines.length - 1 && '\n'}
    </span>
  ))
})

function CopyButton({ code }: { readonly code: string }) {
  const [state, copy] = useCopy(() => code)
  return (
    <button type="button" onClick={copy} aria-live="polite">
      {{ ready: 'Copy', copied: 'Copied', failed: 'Couldn’t copy' }[state]}
    </button>
  )
}
