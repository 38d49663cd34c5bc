/**
 * The demo agent's script, `forwardedProps.script` (docs/PROTOCOL.md, The demo agent): what a program may ask of it,
 * checked before a run is accepted.
 */
import { z } from 'zod'

const scriptSchema = z.strictObject({
  /** Number of text tokens. */
  tokens: z.int().min(0).max(100_000_000).default(200),
  /** Milliseconds between two tokens. */
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
  subagents: z.int().min(0).optional(),
  subagentSteps: z.int().min(0).optional(),
  interrupt: z.boolean().default(false),
})

export type DemoScript = z.infer<typeof scriptSchema>

export type ScriptReading =
  /** There is no script: a person is asking. */
  | { readonly type: 'none' }
  | { readonly type: 'script'; readonly script: DemoScript }
  | { readonly type: 'not_supported' | 'invalid'; readonly message: string }

export function readScript(forwardedProps: unknown): ScriptReading {
  if (typeof forwardedProps !== 'object' || forwardedProps === null) return { type: 'none' }
  const { script: sent } = forwardedProps as Record<string, unknown>
  if (sent === undefined) return { type: 'none' }
  const parsed = scriptSchema.safeParse(sent)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = ['forwardedProps', 'script', ...(issue?.path ?? [])].join('.')
    return { type: 'invalid', message: `The demo agent cannot play this script: ${where}: ${issue?.message}.` }
  }
  const script = parsed.data
  const missing = script.subagents ? 'subagents' : script.interrupt ? 'interrupt' : undefined
  if (missing)
    return {
      type: 'not_supported',
      message: `The demo agent cannot do "${missing}" yet. Leave it out of the script.`,
    }
  return { type: 'script', script }
}
