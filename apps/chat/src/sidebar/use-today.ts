/** Which day it is on the reader's calendar, and that it changes at midnight, also on a page that slept over it. */
import { useEffect, useState } from 'react'
import { calendar } from './by-date.ts'

const now = () => calendar()(Date.now()) ?? ''

export function useToday(): string {
  const [today, setToday] = useState(now)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each day has a midnight of its own
  useEffect(() => {
    const look = () => setToday(now())
    const midnight = new Date()
    midnight.setHours(24, 0, 0, 0)
    const timer = setTimeout(look, midnight.getTime() - Date.now())
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [today])
  return today
}
