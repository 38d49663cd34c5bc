export { RegistryProvider, type RegistryProviderProps, useRegistry } from './context.tsx'
export { useActiveRuns, useOverview, useRooms, useThread, useThreadList } from './hooks.ts'
