/** How many lines were added since the reader left the end. */
import { useState } from 'react'

export function useFresh(count: number, atEnd: boolean): number {
  const [seen, setSeen] = useState(count)
  // At the end everything is seen. Removed lines (a retried answer) were not new.
  if (atEnd ? seen !== count : seen > count) setSeen(count)
  return Math.max(0, count - seen)
}
