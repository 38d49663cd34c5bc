/**
 * The registry with its fold, for everybody but a page that loads the fold later.
 *
 * Owns: nothing of its own.
 */
import { createFold, viewFromSnapshot } from '@holdfast/core'
import { createLeanRunRegistry, type LeanRunRegistryOptions } from './lean.ts'
import type { RunRegistry } from './port.ts'

export type RunRegistryOptions = Omit<LeanRunRegistryOptions, 'folding'>

export function createRunRegistry(options: RunRegistryOptions): RunRegistry {
  return createLeanRunRegistry({ ...options, folding: { createFold, viewFromSnapshot } })
}
