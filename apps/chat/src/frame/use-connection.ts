/** The connection of what is shown: a thread’s own, or that of the whole page. */
import type { ConnectionState } from '@holdfast/client'
import { useAccess, useConnectionState, useDelivery } from '@holdfast/react'
import { useMemo } from 'react'
import { type Connection, connectionOf } from './connection.ts'

export function useConnection(of?: ConnectionState): Connection {
  const page = useConnectionState()
  const feed = of ?? page
  const access = useAccess()
  const delivery = useDelivery()
  return useMemo(() => connectionOf({ feed, access, delivery }), [feed, access, delivery])
}
