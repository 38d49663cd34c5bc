/**
 * `useSyncExternalStoreWithSelector` for a page that always has React's own `useSyncExternalStore`: the package of that
 * name also carries what React 17 needs. The router's store is its only user.
 */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'

/** The same selection for as long as `isEqual` says so, also across renders with another `select`. */
export function useSyncExternalStoreWithSelector<T, S>(
  subscribe: (listener: () => void) => () => void,
  getSnapshot: () => T,
  _getServerSnapshot: unknown,
  select: (snapshot: T) => S,
  isEqual: (one: S, other: S) => boolean,
): S {
  const shown = useRef<{ readonly value: S }>(undefined)
  const read = useMemo(() => {
    let last: { readonly snapshot: T; readonly value: S } | undefined
    return () => {
      const snapshot = getSnapshot()
      if (last && Object.is(last.snapshot, snapshot)) return last.value
      const value = select(snapshot)
      const before = last ?? shown.current
      last = { snapshot, value: before && isEqual(before.value, value) ? before.value : value }
      return last.value
    }
  }, [getSnapshot, select, isEqual])
  const value = useSyncExternalStore(subscribe, read)
  useEffect(() => {
    shown.current = { value }
  }, [value])
  return value
}
