/**
 * What a finish reason means, however it is spelt. What is not known to be good does not count as good: a reason that
 * nobody knows is no success. Pure.
 */

export type Finish =
  | 'whole'
  /** It reached a limit of its length. */
  | 'length'
  | 'filter'
  /** It asks for a tool, and is none yet. */
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

/** In this order: `malformed_function_call` breaks off, and `max_tool_calls` is no length. */
const TROUBLE: readonly (readonly [words: RegExp, finish: Finish])[] = [
  [
    /error|fail|malformed|abort|cancel|interrupt|disconnect|timeout|timed_out|insufficient|overload|unavailable/,
    'broken',
  ],
  [
    /filter|safety|unsafe|moderat|block|prohibit|forbidden|spii|recitation|guardrail|sensitive|refus|policy|policies|flagged|violat|copyright|harm/,
    'filter',
  ],
  [/tool|function/, 'tool'],
  [/length|token|context|truncat|budget|limit|incomplete/, 'length'],
]

export function meaningOfFinish(reason: string): Finish {
  const name = reason
    .trim()
    // MAX_TOKENS, maxTokens and FinishReason.MAX_TOKENS are one.
    .replace(/^.*[./]/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
    .replace(/^finish_?reason_/, '')
  if (GOOD.has(name)) return 'whole'
  return TROUBLE.find(([words]) => words.test(name))?.[1] ?? 'unknown'
}
