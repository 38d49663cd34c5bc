/**
 * What a tool returned, as the text of its result. A tool may return anything: a cycle, a Proxy that throws, 50 MB. Pure.
 */

export type ToolText =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'wrong'; readonly why: string }

/** `maxBytes`: UTF-8 bytes of the text within JSON. */
export function toolText(value: unknown, maxBytes: number): ToolText {
  let text: string
  try {
    text = typeof value === 'string' ? value : jsonOf(value, maxBytes)
  } catch (error) {
    if (error instanceof TooLarge) return tooLarge(maxBytes)
    return { type: 'wrong', why: 'The tool was called, but its result cannot be written as JSON.' }
  }
  // A character has at least one byte, so this costs nothing for a text that is much too long.
  if (text.length > maxBytes || Buffer.byteLength(JSON.stringify(text)) > maxBytes) return tooLarge(maxBytes)
  return { type: 'text', text: text.toWellFormed() }
}

class TooLarge extends Error {}

function tooLarge(maxBytes: number): ToolText {
  return {
    type: 'wrong',
    why: `The tool was called, but its result has more than ${maxBytes} bytes, which is too much to keep. Ask it for less.`,
  }
}

/** Stops early: a result may be larger than memory. */
function jsonOf(value: unknown, maxBytes: number): string {
  let left = maxBytes
  const json = JSON.stringify(value, (name, each: unknown) => {
    left -= name.length + 1 + (typeof each === 'string' ? each.length : 1)
    if (left < 0) throw new TooLarge()
    return each
  })
  // Nothing to say: undefined, a function.
  return json ?? ''
}
