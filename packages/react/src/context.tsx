/**
 * Provides the one registry to a tree of components. It belongs to the application that creates it.
 *
 * Does not know: when the registry starts or ends. Unmounting the provider closes nothing.
 */
import type { RunRegistry } from '@holdfast/client'
import { createContext, type ReactNode, useContext } from 'react'

const RegistryContext = createContext<RunRegistry | undefined>(undefined)

export interface RegistryProviderProps {
  readonly registry: RunRegistry
  readonly children: ReactNode
}

export function RegistryProvider({ registry, children }: RegistryProviderProps): ReactNode {
  return <RegistryContext value={registry}>{children}</RegistryContext>
}

/** Throws outside a `RegistryProvider`. */
export function useRegistry(): RunRegistry {
  const registry = useContext(RegistryContext)
  if (!registry) throw new Error('useRegistry needs a <RegistryProvider registry={…}> above it.')
  return registry
}
