/** When something was, in few words: "now", "5 min ago", "14:03", "Yesterday 14:03", "23 Nov", "23 Nov 2025". */

const MINUTE_MS = 60_000

/** Both in milliseconds since 1970. Nothing for what is not a time. */
export function ago(at: number, now: number): string {
  if (Number.isNaN(at)) return ''
  const minutes = Math.floor((now - at) / MINUTE_MS)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} min ago`
  const [day, today, yesterday] = [new Date(at), new Date(now), new Date(now)]
  yesterday.setDate(yesterday.getDate() - 1)
  const time = day.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  if (isSameDay(day, today)) return time
  if (isSameDay(day, yesterday)) return `Yesterday ${time}`
  const isThisYear = day.getFullYear() === today.getFullYear()
  return day.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(!isThisYear && { year: 'numeric' }) })
}

function isSameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString()
}
