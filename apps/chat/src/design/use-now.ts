/** The time, as a component shows it: read once a second while it is needed. Milliseconds since 1970. */
import { useEffect, useState } from 'react'

export function useNow(needed: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!needed) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [needed])
  return now
}
