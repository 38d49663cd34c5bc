/**
 * Reads parsed JSON as an envelope. Only the address is checked, because this runs for each delta. Events were checked
 * when they were recorded, and the fold ignores events that it does not know.
 */
import { isId, keyOf } from '../key/thread-key.ts'
import type { Envelope } from './envelope.ts'

/** The envelope, or undefined for a value to be dropped and counted (docs/PROTOCOL.md, The log). */
export function readEnvelope(value: unknown): Envelope | undefined {
  if (keyOf(value) === undefined) return undefined
  const { v, seq, at, kind, runId, event } = value as Record<string, unknown>
  if (v !== 1 || typeof at !== 'string' || !Number.isSafeInteger(seq) || (seq as number) < 1) return undefined
  if (kind === 'agui' ? !isId(runId) : kind !== 'control' || (runId !== undefined && !isId(runId))) return undefined
  if (typeof event !== 'object' || event === null) return undefined
  return typeof (event as { type?: unknown }).type === 'string' ? (value as Envelope) : undefined
}
