/** What an agent does besides writing, and what it waits for, as one quiet line in its answer. */
import { type ReactNode, useEffect, useState } from 'react'
import { Icon, type IconName } from '../design/icon.tsx'
import type { Row } from './rows.ts'

interface QuietLineProps {
  readonly icon: IconName
  readonly children: ReactNode
}

export function QuietLine({ icon, children }: QuietLineProps) {
  return (
    <p className="quiet-line" dir="auto">
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  )
}

type Wait = Extract<Row, { type: 'waiting' }>

const WHY: Record<Wait['reason'], string> = {
  rate_limited: 'Rate-limited',
  unavailable: 'Model provider unavailable',
  busy: 'Agent busy with an earlier message',
}

export function ProviderWait({
  reason,
  until,
  attempt,
  maxAttempts,
}: Pick<Wait, 'reason' | 'until' | 'attempt' | 'maxAttempts'>) {
  const seconds = useSecondsUntil(until)
  // Before its first call it waits behind other runs that the provider refused.
  const verb = attempt > 1 ? 'Retrying' : 'Starting'
  return (
    <QuietLine icon="queued">
      {WHY[reason]}. {verb} {seconds > 0 ? `in ${seconds} s` : 'now'} (attempt {attempt} of {maxAttempts})
    </QuietLine>
  )
}

/** The run ends when all are used: a person can still ask it to finish, or stop it. */
export function BudgetLine({ used, limit }: Pick<Extract<Row, { type: 'budget' }>, 'used' | 'limit'>) {
  const percent = Math.min(100, Math.floor((used / limit) * 100))
  return (
    <QuietLine icon="alert">
      {`${percent} % of this run’s token budget is used (${used.toLocaleString()} of ${limit.toLocaleString()}).`}
    </QuietLine>
  )
}

/** By this machine's clock, which may differ from the server's; never negative. */
function useSecondsUntil(until: string): number {
  const end = Date.parse(until)
  const left = () => Math.max(0, Math.ceil((end - Date.now()) / 1_000))
  const [seconds, setSeconds] = useState(left)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is left follows from the end alone
  useEffect(() => {
    setSeconds(left())
    const timer = setInterval(() => setSeconds(left()), 1_000)
    return () => clearInterval(timer)
  }, [end])
  return seconds
}
