/**
 * Removes from a failure's message what only a programmer reads: stack traces, as the languages of agents print them, and
 * error pages. Does not know: where the whole message is kept.
 *
 * Every pattern takes a bounded number of steps at each position of the text.
 */

/** How a trace begins, at the start of a line or within one. */
const BEGINNINGS: readonly RegExp[] = [
  // Python, and others that use its word; `File "/app/x.py", line 3`.
  /\btracebacks?\b/i,
  /\bFile "[^"\n]{1,300}", line \d/,
  // JavaScript: `at f (/app/x.js:1:2)`, `at async file:///app/x.js:1:2`, `at f (native)`.
  /(?:^|[\s|])at (?:async )?(?:new )?[^\s()]{1,200}(?: \[as [^\]\n]{1,80}\])? ?\((?:[^()\n]{1,300}:\d+:\d+|native|<anonymous>|index \d+)\)/,
  /(?:^|[\s|])at (?:async )?[^\s()]{0,300}[A-Za-z/\\]:\d+:\d+/,
  // Safari and Firefox: `f@https://x/app.js:1:2`.
  /(?:^|\n)[^\s@]{0,80}@[^\s@]{1,300}:\d+:\d+/,
  // Java and Kotlin: `at a.b.C.m(C.java:12)`; causes; omitted frames.
  /(?:^|\s)at [\w$./<>]{1,200}\((?:[\w$]{1,100}\.\w{1,10}:\d+|Native Method|Unknown Source)\)/,
  /(?:^|\n)\s{0,40}(?:Caused by: |Suppressed: |Exception in thread "|\.\.\. \d+ (?:more|common frames))/,
  // .NET: `at A.B.C(String s) in /app/X.cs:line 12`.
  /(?:^|\n)\s{0,40}at [\w.`<>[\],+]{1,200}\([^()\n]{0,300}\)/,
  / in [^\s:]{0,300}\.\w{2,4}:line \d/,
  // Go: the goroutine, or the position of a frame.
  /\bgoroutine \d+ \[/,
  /(?:^|\s)[^\s:]{1,300}\.go:\d/,
  // Rust.
  /\bthread '[^'\n]{0,100}' (?:\(\d+\) )?panicked at/,
  /\b(?:stack ?|back ?|stack back)traces?\b/i,
  // Ruby: `from app.rb:1:in 'f'`; Elixir: `(app 0.1.0) lib/x.ex:1: X.f/1`; PHP: `#0 /app/x.php(1): f()`, ` in /app/x.php:1`.
  /(?:^|\s)(?:from )?[^\s:]{1,200}\.rb:\d+:in /,
  /\([\w .]{1,60}\) [^\s:]{1,200}\.exs?:\d+: /,
  /(?:^|\n)\s{0,40}#\d+ [^\n]{1,300}/,
  / in [^\s:]{1,300}\.php(?::| on line )\d/,
  // C and C++, Swift.
  /(?:^|\n)\s{0,40}frame #\d+: /,
  /<!doctype html|<html[\s>]/i,
]

/** How much of a text is searched. No sentence is as long. */
const MAX_LOOKED_AT = 8_000
/** The last line of a Python trace says what went wrong. Up to this length, and without a path, it is shown. */
const MAX_LAST_LINE = 300
const ERROR_LINE = /^[A-Za-z_][\w.]{0,100}(?:Error|Exception|Failure|Interrupt|Timeout|Warning)?: [^\n]+$/
const PATH = /[\\/][\w.-]+[\\/]|\b[A-Za-z]:\\/

/** The text before the first trace, or the trace's final line. Empty if a person can be shown neither. */
export function withoutTrace(text: string): string {
  const looked = text.slice(0, MAX_LOOKED_AT)
  // Some agents send escaped text, in which a line feed is written as two characters.
  const lines = /\\n {2,4}(?:at|File) /.test(looked) ? looked.replaceAll('\\n', '\n') : looked
  let from = -1
  for (const beginning of BEGINNINGS) {
    const at = lines.search(beginning)
    if (at !== -1 && (from === -1 || at < from)) from = at
  }
  if (from === -1) return text
  return trimmed(lines.slice(0, from)) || lastLineOf(text)
}

/** Without what introduces the trace: a colon, a line of dashes, an opening bracket. */
function trimmed(head: string): string {
  const clean = head.trimEnd().replace(/[\s:;,|+({["'`~=#*<>\u2500-\u257f-]{1,200}$/, '')
  return /\p{L}/u.test(clean) ? clean.trimStart() : ''
}

function lastLineOf(text: string): string {
  const tail = text
    .slice(-2 * MAX_LAST_LINE)
    .replaceAll('\\n', '\n')
    .trimEnd()
  const line = tail.slice(tail.lastIndexOf('\n') + 1).trim()
  return line.length <= MAX_LAST_LINE && ERROR_LINE.test(line) && !PATH.test(line) ? line : ''
}
