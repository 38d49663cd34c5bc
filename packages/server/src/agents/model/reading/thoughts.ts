/**
 * Thoughts that a model writes into its text, between tags such as `<think>` and `</think>`, told apart from the text.
 * Owns: which tags, and where they count. Does not know: where the text came from.
 *
 * A tag counts at the beginning of a line and outside of fenced code: there models put it, and a text that speaks of the
 * tag does not. Of one that is never closed, `end` gives the words, so that an answer which was meant can still be said.
 */

export type Part = { readonly type: 'text' | 'thought'; readonly delta: string }

export interface ThoughtSplitter {
  push(delta: string): readonly Part[]
  end(): {
    readonly parts: readonly Part[]
    /** The words behind a tag that was never closed; they were given as a thought. */
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

/** As Markdown has it: four blanks begin code. */
const MAX_INDENT = 3
/** Blanks before the first word that are kept until it is known what they stand before. */
const MAX_BLANKS = 1_000
/** More of the line than this does not tell whether it is a fence. */
const MAX_FENCE_LENGTH = 80

/** Characters of a thought that are kept in case that it is never closed. */
const MAX_KEPT = 1024 * 1024

interface Thought {
  readonly close: string
  readonly words: string[]
  length: number
}

export function createThoughtSplitter(): ThoughtSplitter {
  /** What may yet turn out to be part of a tag, or blanks before one. */
  let held = ''
  /** The beginning of the current line. */
  let line = ''
  let fence: string | undefined
  let open: Thought | undefined
  let hasText = false
  /** A tag has come and no text yet. */
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

  /** True: it waits for more. */
  function readText(): boolean {
    // Blanks after a thought and before the first word belong to neither.
    if (isBehindTag) held = held.trimStart()
    if (held === '') return true
    if (mayOpen()) {
      // No more is looked at than what decides: a text may be nothing but blank lines.
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

  /** A thought of blanks is none: models that were told not to think send one. */
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

/** The tag whose opening stands at `at`; `maybe`: the text ends in the middle of one. */
function tagAt(text: string, at: number): (typeof TAGS)[number] | 'maybe' | undefined {
  const here = text.slice(at, at + LONGEST).toLowerCase()
  return (
    TAGS.find(([open]) => here.startsWith(open)) ??
    (here.length < LONGEST && TAGS.some(([open]) => open.startsWith(here)) ? 'maybe' : undefined)
  )
}

const LONGEST = Math.max(...TAGS.map(([open]) => open.length))

/** In any case of its letters. In the text as it is: some letters change their length with their case. */
function indexOf(text: string, tag: string): number {
  const first = tag.charAt(0)
  for (let at = text.indexOf(first); at >= 0; at = text.indexOf(first, at + 1))
    if (text.slice(at, at + tag.length).toLowerCase() === tag) return at
  return -1
}

/** How much of the text's end is the beginning of the tag. */
function lengthOfBeginning(text: string, tag: string): number {
  for (let length = Math.min(text.length, tag.length - 1); length > 0; length--)
    if (tag.startsWith(text.slice(-length).toLowerCase())) return length
  return 0
}

/** The fence that is open after this line; CommonMark 4.5. */
function fenceAfter(line: string, fence: string | undefined): string | undefined {
  const [, marks = '', rest = ''] = /^ {0,3}(`{3,}(?!`)|~{3,}(?!~))(.*)$/.exec(line.replace(/\r$/, '')) ?? []
  if (marks === '') return fence
  if (fence === undefined) return marks.startsWith('`') && rest.includes('`') ? undefined : marks
  return marks.startsWith(fence) && rest.trim() === '' ? undefined : fence
}
