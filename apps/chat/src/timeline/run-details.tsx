/** One run: when, how long, how many tokens, how it ended and who stopped it; its events as a download. */
import { isEnded, type RunInThread } from '@holdfast/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { lasting } from '../design/lasting.ts'
import { useServices } from '../services.ts'
import { timesOf } from './bars.ts'
import { RunLogView } from './run-log-view.tsx'
import { exportRun } from './run-source.ts'

interface RunDetailsProps {
  readonly run: RunInThread
  /** Whether the queue of its thread waits for a person to resume it. */
  readonly paused: boolean
  readonly now: number
  close(): void
}

export function RunDetails({ run, paused, now, close }: RunDetailsProps) {
  const { roomId, threadId } = run
  return (
    <aside className="run-details" aria-label="Run details">
      <div className="flex items-center justify-between">
        <h2 className="dialog-title">{statusOf(run, paused)}</h2>
        <IconButton icon="close" label="Close details" onClick={close} />
      </div>
      <dl className="run-facts">
        {factsOf(run, now).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="flex flex-wrap gap-2">
        <Link className="button" to="/rooms/$roomId/threads/$threadId" params={{ roomId, threadId }}>
          Open thread
        </Link>
        <ExportButton run={run} />
      </div>
      <RunLogView run={run} now={now} />
    </aside>
  )
}

function ExportButton({ run }: { readonly run: RunInThread }) {
  const { runs } = useServices()
  const [state, setState] = useState<'ready' | 'reading' | 'failed'>('ready')
  async function save(): Promise<void> {
    setState('reading')
    try {
      const address = URL.createObjectURL(await exportRun(runs, run))
      const link = document.createElement('a')
      link.href = address
      link.download = `${run.runId}.json`
      link.click()
      URL.revokeObjectURL(address)
      setState('ready')
    } catch {
      setState('failed')
    }
  }
  return (
    <button type="button" className="button" disabled={state === 'reading'} onClick={() => void save()}>
      {state === 'failed' ? 'Export failed. Try again' : 'Export events'}
    </button>
  )
}

function statusOf(run: RunInThread, paused: boolean): string {
  switch (run.status) {
    case 'queued':
      return paused ? 'Paused' : 'Queued'
    case 'running':
      return 'Working'
    case 'cancelling':
      return 'Stopping…'
  }
  const { outcome } = run
  switch (outcome.type) {
    case 'succeeded':
      return 'Succeeded'
    case 'failed':
      return 'Failed'
    case 'cancelled':
      return `Stopped by ${outcome.by}`
    case 'interrupted':
      return 'Waiting for an answer'
    case 'superseded':
      return 'Replaced by a newer message'
  }
}

function factsOf(run: RunInThread, now: number): readonly (readonly [name: string, value: string])[] {
  const { accepted, started, ended } = timesOf(run, now)
  const usage = run.status === 'queued' ? [] : (run.usage ?? [])
  const input = usage.reduce((sum, { inputTokens = 0 }) => sum + inputTokens, 0)
  const output = usage.reduce((sum, { outputTokens = 0 }) => sum + outputTokens, 0)
  const took = started === undefined ? 0 : ended - started
  const facts: (readonly [string, string])[] = [
    ['Agent', run.agentId],
    ['Asked', new Date(accepted).toLocaleTimeString()],
    ['Queued for', lasting((started ?? ended) - accepted)],
  ]
  if (started !== undefined) facts.push([isEnded(run) ? 'Took' : 'Running for', lasting(took)])
  if (usage.length > 0) facts.push(['Tokens', `${input} in, ${output} out`])
  if (output > 0 && took > 0) facts.push(['Speed', `${Math.round((output / took) * 1000)} tokens/s`])
  if (isEnded(run) && run.outcome.type === 'failed')
    facts.push(['Error', run.outcome.message], ['Code', run.outcome.code])
  if (isEnded(run) && run.outcome.type === 'cancelled' && run.outcome.reason) facts.push(['Reason', run.outcome.reason])
  if (run.retryOf !== undefined) facts.push(['Retry of', run.retryOf])
  return [...facts, ['Run ID', run.runId]]
}
