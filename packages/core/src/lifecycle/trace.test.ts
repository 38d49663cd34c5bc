import { describe, expect, it } from 'vitest'
import { failureSaying } from './outcome.ts'
import { withoutTrace } from './trace.ts'

/** As each language prints them, after words of the agent's own. */
const TRACES: readonly (readonly [string, string])[] = [
  [
    'Python',
    'Traceback (most recent call last):\n  File "/app/a.py", line 3, in f\n    g()\nValueError: bad /app/secret',
  ],
  ['Python, the frames alone', '  File "/app/a.py", line 3, in f\n    g()'],
  ['Python, in one line', 'Traceback (most recent call last): File "/app/a.py", line 3'],
  ['Python, as a text of a text', '\\nTraceback (most recent call last):\\n  File "/app/a.py", line 3, in f\\n'],
  ['Python, in a frame', '╭──── Traceback (most recent call last) ────╮\n│ /app/a.py:3 in f │'],
  ['JavaScript', '    at f (/app/a.js:1:2)\n    at async Object.g (file:///app/b.js:3:4)'],
  ['JavaScript, without names', '    at /app/a.js:1:2\n    at node:internal/x:3:4'],
  ['JavaScript, in one line', ' at Object.<anonymous> (/app/a.js:1:2) at g (/app/b.js:3:4)'],
  ['JavaScript, a method', '    at Foo.bar [as baz] (/app/a.js:1:2)\n    at Array.map (<anonymous>)'],
  ['JavaScript, another engine', 'f@https://x.test/app.js:1:2\ng@https://x.test/app.js:3:4'],
  ['Java', '\tat com.acme.Agent.run(Agent.java:12)\nCaused by: java.lang.Error: x\n\t... 12 more'],
  ['Java, native', '\tat java.base/jdk.internal.Reflect.invoke0(Native Method)'],
  ['Java, a thread', 'Exception in thread "main" java.lang.Error: x\n\tat a.B.c(B.java:1)'],
  ['Kotlin', '\tat acme.AgentKt$run$1.invokeSuspend(Agent.kt:12)'],
  ['.NET', '   at Acme.Agent.Run(String s) in /app/Agent.cs:line 12\n   at Acme.Main()'],
  ['Go', 'goroutine 1 [running]:\nmain.main()\n\t/app/main.go:12 +0x1d'],
  ['Go, a frame', '\t/app/main.go:12 +0x1d'],
  ['Rust', "thread 'main' panicked at src/main.rs:1:2:\nboom\nstack backtrace:\n   0: std::panicking"],
  [
    'Rust, later',
    'stack backtrace:\n   0: rust_begin_unwind\n             at /rustc/x/library/std/src/panicking.rs:1:2',
  ],
  ['Ruby', "\tfrom app.rb:12:in 'run'\n\tfrom app.rb:1:in '<main>'"],
  ['Elixir', '    (acme 0.1.0) lib/agent.ex:12: Acme.Agent.run/1'],
  ['PHP', 'Stack trace:\n#0 /app/a.php(12): run()\n#1 {main}'],
  ['PHP, a place', ' in /app/a.php:12\nStack trace:\n#0 {main}'],
  ['C', '#0 0x0000 in run () at agent.c:12\n#1 0x0001 in main ()'],
  ['Swift', '    frame #0: 0x0001 agent`run + 12'],
  ['a page', '<!DOCTYPE html><html><body><h1>500</h1></body></html>'],
]
/** Of none of them. */
const OF_A_TRACE =
  /File "|\.(py|js|java|kt|cs|go|rs|rb|ex|php|c)\b|line \d|traceback|stack|goroutine|frame #|<html|Caused by/i

describe.each(TRACES)('a trace of %s', (_, trace) => {
  it('is cut off, and the words before it are kept', () => {
    for (const between of ['\n', ':\n', '\n\n', '\r\n', ' - \n'])
      expect(withoutTrace(`Out of ink${between}${trace}`)).toMatch(/^Out of ink\r?$/)
  })

  it('is never shown if there is nothing else', () => {
    const { message } = failureSaying('agent_error', trace)
    expect(message).not.toMatch(OF_A_TRACE)
    expect(message).toMatch(/^[A-Z].*\.$/)
  })
})

it('a trace whose last line is a plain sentence becomes that sentence', () => {
  const trace = (last: string) => `Traceback (most recent call last):\n  File "/app/a.py", line 3, in f\n${last}\n`
  expect(withoutTrace(trace('ValueError: the city is unknown'))).toBe('ValueError: the city is unknown')
  expect(withoutTrace(trace('acme.errors.QuotaExceeded: no credit'))).toBe('acme.errors.QuotaExceeded: no credit')
  expect(withoutTrace(trace("FileNotFoundError: '/home/app/key.pem'"))).toBe('')
  expect(withoutTrace(trace('    raise Odd'))).toBe('')
})

it.each([
  'bad luck',
  'Meet me at noon (or at 12:30).',
  'The tool "search" failed: 404 at https://api.test/v1/items',
  'Look at file.py, it is empty.',
  'Rate limit reached at 10:15:30.',
  'Issue #3 is open.',
  'Line one.\nLine two: at last (finally).',
  '',
])('words that are none stay as they are: %j', (words) => {
  expect(withoutTrace(words)).toBe(words)
})

it('a megabyte of text that almost looks like a trace takes linear time', () => {
  // A pattern that goes back over what it has read would not come to an end here.
  for (const piece of [' at a', ' at (', 'File "', '#1 ', "thread '", ' in x', 'a@b:1', '(x) y', "'\\n"])
    expect(withoutTrace(piece.repeat(1_000_000 / piece.length)).length).toBeLessThanOrEqual(1_000_000)
})
