/**
 * One short line of a text, for lists. Text of agents and of people is not trusted: what is kept cannot change how the page
 * around it reads.
 */

const MAX_PREVIEW = 200
/** How much of a text is looked at, in units. A text that begins with more white space than this has no preview. */
const LOOKED_AT = 2_000

const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/
const CONTROL = /\p{Cc}/gu
/** Marks that change the direction of text, and characters without a width. Joiners stay: scripts and emoji need them. */
const UNSEEN = /[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]/gu
const SPACES = /\s+/gu
/** A line without any says nothing, such as a rule or the beginning of a block of code. */
const WORDS = /^(?!```|~~~).*[\p{L}\p{N}\p{Sc}\p{So}]/u

/** Marks of Markdown, which a line of plain text has no use for. What only looks like one stays: `2 * 3`, `snake_case`. */
const MARKUP: readonly (readonly [RegExp, string])[] = [
  [/^(?:> ?|#{1,6} |[-*+] )/, ''],
  [/!?\[([^\][]*)\]\([^()\s]*\)/g, '$1'],
  [/(?<![\p{L}\p{N}*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\p{L}\p{N}*])/gu, '$1'],
  [/\*\*([^*\s](?:[^*]*[^*\s])?)\*\*/g, '$1'],
  [/(?<![\p{L}\p{N}_])(__?)([^_\s](?:[^_]*[^_\s])?)\1(?![\p{L}\p{N}_])/gu, '$2'],
  [/`([^`]+)`/g, '$1'],
]

/** The first line of a text that says something; undefined if there is none. */
export function lineOf(text: string): string | undefined {
  for (const line of text.slice(0, LOOKED_AT).split(LINE_END)) {
    const plain = line.toWellFormed().replace(CONTROL, ' ').replace(UNSEEN, '').replace(SPACES, ' ').trim()
    const said = WORDS.test(plain) ? withoutMarkup(plain) : ''
    if (WORDS.test(said)) return cut(said)
  }
  return undefined
}

function withoutMarkup(line: string): string {
  return MARKUP.reduce((text, [mark, kept]) => text.replace(mark, kept), line).trim()
}

/** Does not divide a character that takes two units. */
function cut(line: string): string {
  const end = line.length > MAX_PREVIEW && /[\uD800-\uDBFF]/.test(line.charAt(MAX_PREVIEW - 1)) ? -1 : 0
  return line.slice(0, MAX_PREVIEW + end).trimEnd()
}
