/**
 * The demo agent's script, `forwardedProps.script` (docs/PROTOCOL.md, The demo agent): what a program may ask of it,
 * checked before a run is accepted.
 */
import { z } from 'zod'

const scriptSchema = z.strictObject({
  /** Number of text tokens. */
  tokens: z.int().min(0).max(100_000_000).default(200),
  /** Milliseconds between two tokens, and that each step takes. */
  intervalMs: z.number().min(0).max(3_600_000).default(20),
  /** Prefix of each token. */
  prefix: z.string().min(1).max(1_000_000).default('t'),
  /** Fails after this many tokens. */
  failAfter: z.int().min(0).optional(),
  /** Never ends on its own. */
  hang: z.boolean().default(false),
  /** Ignores an abort. */
  ignoreAbort: z.boolean().default(false),
  /** Emits without waiting. */
  flood: z.boolean().default(false),
  /** A tool call with a result before the text. */
  tool: z.boolean().default(false),
  /** Number of tool calls before the text, one after another. With at least one, the run is resumed after a crash. */
  steps: z.int().min(0).max(1_000_000).default(0),
  /** What a second call of a step would do. */
  effect: z.enum(['read', 'idempotent', 'effect']).default('read'),
  /** Number of sub-agents, side by side. */
  subagents: z.int().min(0).max(10_000).default(0),
  /** Number of tool calls of each. */
  subagentSteps: z.int().min(0).max(1_000_000).default(3),
  /** Asks a question after the text. The run that answers it does not ask again. */
  interrupt: z.boolean().default(false),
})

export type DemoScript = z.infer<typeof scriptSchema>

export type ScriptReading =
  /** There is no script: a person is asking. */
  | { readonly type: 'none' }
  | { readonly type: 'script'; readonly script: DemoScript }
  | { readonly type: 'invalid'; readonly message: string }

export function readScript(forwardedProps: unknown): ScriptReading {
  if (typeof forwardedProps !== 'object' || forwardedProps === null) return { type: 'none' }
  const { script: sent } = forwardedProps as Record<string, unknown>
  if (sent === undefined) return { type: 'none' }
  const parsed = scriptSchema.safeParse(sent)
  if (parsed.success) return { type: 'script', script: parsed.data }
  const [issue] = parsed.error.issues
  const where = ['forwardedProps', 'script', ...(issue?.path ?? [])].join('.')
  return { type: 'invalid', message: `The demo agent cannot play this script: ${where}: ${issue?.message}.` }
}
