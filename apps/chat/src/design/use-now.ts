/** The time, as a component shows it: read again while it is needed. Milliseconds since 1970. */
import { useEffect, useState } from 'react'

/** `everyMs`: how exactly it is shown. */
export function useNow(needed: boolean, everyMs = 1_000): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!needed) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [needed, everyMs])
  return now
}
