/** Characters as micromark counts them: line endings, tabs and the room that a tab takes are below zero. */
import type { Code } from 'micromark-util-types'

export const DOLLAR = 36
export const BACKSLASH = 92

/** CR, LF and CRLF. */
export function isLineEnding(code: Code): code is number {
  return code !== null && code < -2
}

export function isSpace(code: Code): boolean {
  return code !== null && (code < 0 || code === 32)
}

export function isDigit(code: Code): boolean {
  return code !== null && code >= 48 && code <= 57
}

/** As names of variables have them. */
export function isUpper(code: Code): boolean {
  return code !== null && ((code >= 65 && code <= 90) || code === 95)
}

export function isWord(code: Code): boolean {
  return code !== null && code > 0 && /[\p{L}\p{N}_]/u.test(String.fromCharCode(code))
}

export function textOf(code: number): string {
  return code > 0 ? String.fromCharCode(code) : isLineEnding(code) ? '\n' : ' '
}
