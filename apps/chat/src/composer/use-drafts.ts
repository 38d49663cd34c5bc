/** The page's drafts, created with the first component that shows one, so that the entry does not load them. */
import { useServices } from '../services.ts'
import { createDrafts, type Drafts, type DraftsOptions } from './drafts.ts'

const made = new WeakMap<DraftsOptions, Drafts>()

export function draftsOf(options: DraftsOptions): Drafts {
  const drafts = made.get(options) ?? createDrafts(options)
  made.set(options, drafts)
  return drafts
}

export function useDrafts(): Drafts {
  return draftsOf(useServices().draftsFrom)
}
