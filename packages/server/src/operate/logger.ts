/**
 * The server's log: one line for each event, as JSON for programs or as plain text for a person. Owns its form, its level,
 * and that no secret passes. Does not know: what is worth logging.
 *
 * Log only ids, codes, counts and times; never the words of a person, an agent or a provider.
 */
import { type Logger, pino } from 'pino'
import { errorFields } from './error-fields.ts'
import { plainLine } from './plain-line.ts'
import { createScrub } from './secrets.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LoggerOptions {
  readonly level: LogLevel
  /** `plain`: for a person at a terminal. */
  readonly form: 'json' | 'plain'
  /** Receives whole lines, each with its line feed. */
  readonly write: (line: string) => void
  /** Values that are removed wherever they occur. */
  readonly secrets?: readonly string[]
}

export type { Logger } from 'pino'

export function createLogger({ level, form, write, secrets = [] }: LoggerOptions): Logger {
  const scrub = createScrub(secrets)
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => (error instanceof Error ? errorFields(error) : error) },
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => scrub(form === 'plain' ? plainLine(line) : line) },
    },
    { write },
  )
}
