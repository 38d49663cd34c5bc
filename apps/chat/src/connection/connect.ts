/** The connection itself: what whoever has it for all tabs makes, once. */
import { createHttpTransport, createOneConnection, type RunTransport } from '@holdfast/client'
import type { Clock } from '@holdfast/core'

export function connect(clock: Clock): RunTransport {
  return createOneConnection({ source: createHttpTransport({ clock }), clock })
}
