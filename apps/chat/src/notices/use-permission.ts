import { useSyncExternalStore } from 'react'
import { useServices } from '../services.ts'
import type { Permission } from './permission.ts'

export function usePermission(): Permission {
  const { permissions } = useServices()
  return useSyncExternalStore(permissions.subscribe, permissions.snapshot)
}
