/**
 * The JSON values in a text that arrives in pieces, each emitted as soon as its last brace arrives. Owns: where a value
 * starts and ends, and what is between values. Does not know: the lines of the text, what a value says.
 *
 * Invariant: it holds at most one value of MAX_VALUE_LENGTH, and examines each character once.
 */

/** Characters of one value: a whole answer is not larger than an agent may send at once. */
const MAX_VALUE_LENGTH = 1024 * 1024
/** Characters of non-JSON in total. */
const MAX_STRAY_LENGTH = 256 * 1024
/** Characters kept of one non-JSON line, for the reason it may give. */
const MAX_WORDS_LENGTH = 2_048

export type Frame =
  | { readonly type: 'value'; readonly value: unknown }
  /** `[DONE]`. */
  | { readonly type: 'done' }
  /** Not JSON: a keep-alive, an error in plain text, a line that a proxy added. */
  | { readonly type: 'words'; readonly words: string }
  /** A web page. */
  | { readonly type: 'page' }
  /** JSON that is invalid, truncated or too long: part of the answer may be lost with it. */
  | { readonly type: 'broken'; readonly words: string }

export interface ValueReader {
  /** Takes a part of a line. */
  read(part: string): void
  endLine(): void
  /** Nothing more of an open value follows. */
  breakOff(): void
  /** Whether it is in the middle of a value. */
  readonly isOpen: boolean
  /** Whether it is in the middle of a string of that value. */
  readonly isInText: boolean
  /** Takes what was completed since the last call. */
  take(): readonly Frame[]
}

/** What may separate two values of a list or of a sequence (RFC 7464). */
const BETWEEN: ReadonlySet<string> = new Set([' ', '\t', ',', '[', ']', '\u001e', '\ufeff'])

export function createValueReader(): ValueReader {
  let frames: Frame[] = []
  let value: string[] = []
  let length = 0
  let depth = 0
  let inString = false
  let isEscaped = false
  let words = ''
  let strayLength = 0
  /** The line has only separators since the last value. */
  let isBetween = true

  function giveWords(): void {
    const said = words.trim()
    const wasBetween = isBetween
    words = ''
    isBetween = true
    if (/^["']?\[\s*done\s*\]["']?$/i.test(said)) frames.push({ type: 'done' })
    else if (said === '' || wasBetween) return
    else if (/[{]\s*["']/.test(said)) frames.push({ type: 'broken', words: said })
    else if (said.startsWith('<')) frames.push({ type: 'page' })
    else frames.push({ type: 'words', words: said })
  }

  function give(): void {
    const text = value.join('')
    close()
    try {
      frames.push({ type: 'value', value: JSON.parse(text) as unknown })
    } catch {
      frames.push({ type: 'broken', words: text.slice(0, MAX_WORDS_LENGTH) })
    }
  }

  function breakOff(): void {
    const text = value.join('').slice(0, MAX_WORDS_LENGTH)
    close()
    frames.push({ type: 'broken', words: text })
  }

  function close(): void {
    value = []
    length = 0
    depth = 0
    inString = false
    isEscaped = false
  }

  function add(text: string): void {
    value.push(text)
    length += text.length
  }

  /** The position after the value, or after the part. */
  function readValue(part: string, from: number): number {
    for (let at = from; at < part.length; at++) {
      const char = part.charCodeAt(at)
      if (isEscaped) isEscaped = false
      else if (inString) {
        if (char === BACKSLASH) isEscaped = true
        else if (char === QUOTE) inString = false
      } else if (char === QUOTE) inString = true
      else if (char === OPEN || char === OPEN_LIST) depth++
      else if ((char === CLOSE || char === CLOSE_LIST) && --depth === 0) {
        add(part.slice(from, at + 1))
        give()
        return at + 1
      }
    }
    add(part.slice(from))
    if (length > MAX_VALUE_LENGTH) breakOff()
    return part.length
  }

  function readBetween(char: string): void {
    if (!BETWEEN.has(char)) {
      isBetween = false
      if (++strayLength === MAX_STRAY_LENGTH) frames.push({ type: 'broken', words })
    }
    if (words.length < MAX_WORDS_LENGTH) words += char
  }

  /** Some proxies write `data:` twice. */
  const isPrefix = () => words.length < 32 && /^\s*(data:\s*)+$/.test(words)

  return {
    read(part) {
      for (let at = 0; at < part.length; ) {
        if (depth === 0 && !(part[at] === '{' && (isBetween || isPrefix()))) readBetween(part.charAt(at++))
        else {
          words = ''
          isBetween = true
          at = readValue(part, at)
        }
      }
    },
    endLine() {
      if (depth > 0) add('\n')
      else giveWords()
    },
    breakOff,
    get isOpen() {
      return depth > 0
    },
    get isInText() {
      return inString
    },
    take() {
      if (words === '' && frames.length === 0) return NONE
      // Some write no line end after their last text, and a page may have none at all.
      if (/^\s*(\[DONE\]\s*$|<.{15})/.test(words)) giveWords()
      const taken = frames
      frames = []
      return taken
    },
  }
}

const NONE: readonly Frame[] = []
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
