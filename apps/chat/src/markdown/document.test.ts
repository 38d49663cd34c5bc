import fc from 'fast-check'
import { createElement, Fragment } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Notes } from './blocks.tsx'
import { levelsOf } from './outline.ts'
import { createReader, type Reading } from './reader.ts'
import { renderAll } from './render.tsx'
import { growing } from './testing/corpus.ts'
import { renderWhole } from './testing/whole.tsx'

const PREFIX = 'm-'

function htmlOf({ blocks, callsOf, notes }: Reading): string {
  const drawn = blocks.map((block) =>
    createElement(
      Fragment,
      { key: block.key },
      renderAll(block.nodes, {
        known: block.known,
        calls: callsOf(block),
        levels: levelsOf(block.nodes, block.outline),
        prefix: PREFIX,
        open: false,
      }),
    ),
  )
  return renderToStaticMarkup(
    createElement(Fragment, null, drawn, notes.length > 0 && createElement(Notes, { notes, prefix: PREFIX })),
  )
}

const wholeHtml = (text: string) => renderToStaticMarkup(renderWhole(text, PREFIX))

function streamed(text: string, cuts: readonly number[]): Reading {
  const reader = createReader()
  for (const cut of cuts) reader.read(text.slice(0, cut), true)
  return reader.read(text, false)
}

describe('growing text', () => {
  test('ends up looking as if it had arrived at once, wherever it was cut', () => {
    fc.assert(
      fc.property(growing, ({ text, cuts }) => {
        expect(htmlOf(streamed(text, cuts))).toBe(wholeHtml(text))
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    )
  })
})
