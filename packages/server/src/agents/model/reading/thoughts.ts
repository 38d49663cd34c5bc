/**
 * Separates thoughts that a model writes into its text, between tags such as `<think>` and `</think>`, from the text.
 * Owns: which tags, and where they count. Does not know: where the text came from.
 *
 * A tag counts at the start of a line and outside of fenced code: models put it there, and a text about the tag does
 * not. For a tag that is never closed, `end` returns the text, so that an intended answer can still be shown.
 */

export type Part = { readonly type: 'text' | 'thought'; readonly delta: string }

export interface ThoughtSplitter {
  push(delta: string): readonly Part[]
  end(): {
    readonly parts: readonly Part[]
    /** The text after a tag that was never closed. It was passed on as a thought. */
    readonly unclosed?: string
  }
}

const TAGS: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<seed:think>', '</seed:think>'],
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
]

/** As in Markdown: four spaces start code. */
const MAX_INDENT = 3
/** White space before the first word is kept until it is known what follows. */
const MAX_BLANKS = 1_000
/** Characters of a line that decide whether it is a fence. */
const MAX_FENCE_LENGTH = 80

/** Characters of a thought that are kept in case it is never closed. */
const MAX_KEPT = 1024 * 1024

interface Thought {
  readonly close: string
  readonly words: string[]
  length: number
}

export function createThoughtSplitter(): ThoughtSplitter {
  /** Text that may still become part of a tag, or white space before one. */
  let held = ''
  /** The start of the current line. */
  let line = ''
  let fence: string | undefined
  let open: Thought | undefined
  let hasText = false
  /** A tag has arrived and no text yet. */
  let isBehindTag = false
  let parts: { type: Part['type']; delta: string }[] = []

  function give(type: Part['type'], delta: string): void {
    if (delta === '') return
    const last = parts.at(-1)
    if (last?.type === type) last.delta += delta
    else parts.push({ type, delta })
  }

  function giveText(text: string): void {
    hasText = true
    isBehindTag = false
    give('text', text)
    for (const [n, piece] of text.split('\n').entries()) {
      if (n > 0) {
        fence = fenceAfter(line, fence)
        line = ''
      }
      if (line.length < MAX_FENCE_LENGTH) line += piece
    }
  }

  /** True: more input is needed. */
  function readText(): boolean {
    // White space between a thought and the first word belongs to neither.
    if (isBehindTag) held = held.trimStart()
    if (held === '') return true
    if (mayOpen()) {
      // Only as much is examined as decides: a text may consist of blank lines only.
      const most = hasText ? MAX_INDENT : MAX_BLANKS
      const shown = held.slice(0, most + 1)
      const blanks = shown.slice(0, shown.length - shown.trimStart().length)
      const isFar = blanks.length > most || (hasText && blanks.includes('\t'))
      const tag = isFar ? undefined : tagAt(held, blanks.length)
      if (tag === 'maybe') return true
      if (tag) {
        if (hasText) giveText(blanks)
        held = held.slice(blanks.length + tag[0].length)
        isBehindTag = !hasText
        open = { close: tag[1], words: [], length: 0 }
        return false
      }
    }
    const end = held.indexOf('\n') + 1
    const text = end === 0 ? held : held.slice(0, end)
    held = held.slice(text.length)
    giveText(text)
    return false
  }

  function mayOpen(): boolean {
    return fence === undefined && line.trim() === '' && line.length <= MAX_INDENT && !line.includes('\t')
  }

  function readThought(thought: Thought): boolean {
    const { close } = thought
    const at = indexOf(held, close)
    const end = at >= 0 ? at : held.length - lengthOfBeginning(held, close)
    const said = held.slice(0, end)
    held = held.slice(at >= 0 ? at + close.length : end)
    think(said, thought)
    if (at < 0) return true
    open = undefined
    line = ''
    return false
  }

  /** A thought of white space is dropped: models that were told not to think send one. */
  function think(said: string, thought: Thought): void {
    const delta = thought.length === 0 ? said.trimStart() : said
    if (delta === '') return
    thought.length += delta.length
    if (thought.length <= MAX_KEPT) thought.words.push(delta)
    give('thought', delta)
  }

  function taken(): readonly Part[] {
    const given = parts
    parts = []
    return given
  }

  return {
    push(delta) {
      held += delta
      while (!(open ? readThought(open) : readText()));
      return taken()
    },
    end() {
      const rest = held
      held = ''
      if (open) think(rest, open)
      else if (rest !== '') giveText(rest)
      const unclosed = open && open.length <= MAX_KEPT ? open.words.join('') : ''
      return { parts: taken(), ...(unclosed && { unclosed }) }
    },
  }
}

/** The tag that opens at `at`; `maybe`: the text ends in the middle of one. */
function tagAt(text: string, at: number): (typeof TAGS)[number] | 'maybe' | undefined {
  const here = text.slice(at, at + LONGEST).toLowerCase()
  return (
    TAGS.find(([open]) => here.startsWith(open)) ??
    (here.length < LONGEST && TAGS.some(([open]) => open.startsWith(here)) ? 'maybe' : undefined)
  )
}

const LONGEST = Math.max(...TAGS.map(([open]) => open.length))

/** Case-insensitive, on the unchanged text, because some letters change length with their case. */
function indexOf(text: string, tag: string): number {
  const first = tag.charAt(0)
  for (let at = text.indexOf(first); at >= 0; at = text.indexOf(first, at + 1))
    if (text.slice(at, at + tag.length).toLowerCase() === tag) return at
  return -1
}

/** How many characters at the end of the text are the start of the tag. */
function lengthOfBeginning(text: string, tag: string): number {
  for (let length = Math.min(text.length, tag.length - 1); length > 0; length--)
    if (tag.startsWith(text.slice(-length).toLowerCase())) return length
  return 0
}

/** The fence that is open after this line (CommonMark 4.5). */
function fenceAfter(line: string, fence: string | undefined): string | undefined {
  const [, marks = '', rest = ''] = /^ {0,3}(`{3,}(?!`)|~{3,}(?!~))(.*)$/.exec(line.replace(/\r$/, '')) ?? []
  if (marks === '') return fence
  if (fence === undefined) return marks.startsWith('`') && rest.includes('`') ? undefined : marks
  return marks.startsWith(fence) && rest.trim() === '' ? undefined : fence
}
