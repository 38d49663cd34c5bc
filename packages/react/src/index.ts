export { RegistryProvider, type RegistryProviderProps, useRegistry } from './context.tsx'
export {
  useAccess,
  useActiveRuns,
  useConnectionState,
  useDelivery,
  useOverview,
  useRooms,
  useThread,
  useThreadList,
} from './hooks.ts'
