/** Maths as models write it, assembled: the reading (micromark) and the resulting nodes (mdast). */
import type { CompileContext, Extension as MdastExtension, Token } from 'mdast-util-from-markdown'
import { type Math as MathBlock, mathFromMarkdown as nodes } from 'mdast-util-math'
import { math as mathInDollars } from 'micromark-extension-math'
import type { Extension } from 'micromark-util-types'
import { BACKSLASH, DOLLAR } from './math-codes.ts'
import { mathFlow } from './math-flow-syntax.ts'
import { dollarMathText, texMathText } from './math-text-syntax.ts'

declare module 'mdast-util-math' {
  interface InlineMathData {
    /** The delimiters, as written. */
    delimiters?: string[]
  }
  interface MathData {
    /** The delimiters, as written; one if it has not ended. */
    delimiters?: string[]
  }
}

/** `$$…$$` in a line is micromark's own. */
const { text } = mathInDollars({ singleDollarTextMath: false })

export const math: Extension = {
  flow: { [DOLLAR]: mathFlow, [BACKSLASH]: mathFlow },
  text: { [DOLLAR]: [dollarMathText, text?.[DOLLAR] ?? []].flat(), [BACKSLASH]: [...texMathText] },
}

export const mathFromMarkdown: readonly MdastExtension[] = [
  nodes(),
  { exit: { mathTextSequence: keepDelimiter, mathFlowFenceSequence: keepDelimiter } },
]

/** Whether the end of a display formula has been written. */
export function isWhole({ data }: MathBlock): boolean {
  return (data?.delimiters?.length ?? 0) > 1
}

function keepDelimiter(this: CompileContext, token: Token): undefined {
  const node = this.stack.findLast(({ type }) => type === 'math' || type === 'inlineMath')
  if (node?.type !== 'math' && node?.type !== 'inlineMath') return
  node.data = { ...node.data, delimiters: [...(node.data?.delimiters ?? []), this.sliceSerialize(token)] }
}
