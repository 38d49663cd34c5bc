export { RegistryProvider, type RegistryProviderProps, useRegistry } from './context.tsx'
export { useActiveRuns, useRooms, useThread, useThreadList } from './hooks.ts'
