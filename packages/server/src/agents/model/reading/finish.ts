/**
 * What a finish reason means, in any spelling. Only what is known to be good counts as good: an unknown reason is not a
 * success. Pure.
 */

export type Finish =
  | 'whole'
  /** It reached a length limit. */
  | 'length'
  | 'filter'
  /** It asks for a tool. */
  | 'tool'
  /** The provider broke off. */
  | 'broken'
  | 'unknown'

const GOOD: ReadonlySet<string> = new Set([
  'stop',
  'stopped',
  'stop_sequence',
  'stop_sequences',
  'stop_token',
  'stop_tokens',
  'stop_word',
  'stop_words',
  'stop_string',
  'end',
  'end_turn',
  'end_of_turn',
  'end_of_text',
  'endoftext',
  'eos',
  'eos_token',
  'eot',
  'eot_token',
  'complete',
  'completed',
  'completion',
  'finish',
  'finished',
  'done',
  'success',
  'normal',
])

/**
 * The order matters: `error_toxic` is about the content, `context_length_error` about the length,
 * `malformed_function_call` means broken off, and `max_tool_calls` is not a length limit.
 */
const TROUBLE: readonly (readonly [words: RegExp, finish: Finish])[] = [
  [
    /filter|safety|unsafe|moderat|block|prohibit|forbidden|spii|recitation|guardrail|sensitive|refus|policy|policies|flagged|violat|copyright|harm|toxic/,
    'filter',
  ],
  [/length|context_(window|limit|size)|^error_limit$/, 'length'],
  [
    /error|fail|malformed|abort|cancel|interrupt|disconnect|timeout|timed_out|insufficient|overload|unavailable/,
    'broken',
  ],
  [/tool|function/, 'tool'],
  [/token|context|truncat|budget|limit|incomplete/, 'length'],
]

export function meaningOfFinish(reason: string): Finish {
  const name = reason
    .trim()
    // MAX_TOKENS, maxTokens and FinishReason.MAX_TOKENS are the same.
    .replace(/^.*[./]/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
    .replace(/^finish_?reason_/, '')
  if (GOOD.has(name)) return 'whole'
  return TROUBLE.find(([words]) => words.test(name))?.[1] ?? 'unknown'
}
