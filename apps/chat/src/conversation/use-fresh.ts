/** How many lines have come since the reader left the end. */
import { useState } from 'react'

export function useFresh(count: number, atEnd: boolean): number {
  const [seen, setSeen] = useState(count)
  // At the end everything is seen; what is taken away (an answer tried again) was not new.
  if (atEnd ? seen !== count : seen > count) setSeen(count)
  return Math.max(0, count - seen)
}
