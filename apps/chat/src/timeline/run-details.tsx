/** One run: when, how long, how much, how it ended and by whom; its events to keep. */
import { isEnded, type RunInThread } from '@holdfast/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { useServices } from '../services.ts'
import { lasting, timesOf } from './bars.ts'
import { RunLogView } from './run-log-view.tsx'
import { exportRun } from './run-source.ts'

interface RunDetailsProps {
  readonly run: RunInThread
  readonly now: number
  close(): void
}

export function RunDetails({ run, now, close }: RunDetailsProps) {
  const { roomId, threadId } = run
  return (
    <aside className="run-details" aria-label="The run">
      <div className="flex items-center justify-between">
        <h2 className="dialog-title">{endOf(run)}</h2>
        <IconButton icon="close" label="Close the run" onClick={close} />
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
          Open the thread
        </Link>
        <ExportButton run={run} />
      </div>
      <RunLogView run={run} />
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
      {state === 'failed' ? 'Not read; export again' : 'Export its events'}
    </button>
  )
}

function endOf(run: RunInThread): string {
  if (!isEnded(run))
    return run.status === 'queued' ? 'Waits' : run.status === 'running' ? 'Working' : 'Is being stopped'
  const { outcome } = run
  switch (outcome.type) {
    case 'succeeded':
      return 'Succeeded'
    case 'failed':
      return 'Failed'
    case 'cancelled':
      return `Stopped by ${outcome.by}`
    case 'interrupted':
      return 'Waits for an answer'
    case 'superseded':
      return 'Made room for another'
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
    ['Asked at', new Date(accepted).toLocaleTimeString()],
    ['Waited', lasting((started ?? ended) - accepted)],
  ]
  if (started !== undefined) facts.push([isEnded(run) ? 'Took' : 'Runs for', lasting(took)])
  if (usage.length > 0) facts.push(['Tokens', `${input} in, ${output} out`])
  if (output > 0 && took > 0) facts.push(['Pace', `${Math.round((output / took) * 1000)} tokens/s`])
  if (isEnded(run) && run.outcome.type === 'failed')
    facts.push(['Why', run.outcome.message], ['Code', run.outcome.code])
  if (isEnded(run) && run.outcome.type === 'cancelled' && run.outcome.reason) facts.push(['Why', run.outcome.reason])
  if (run.retryOf !== undefined) facts.push(['Tries again', run.retryOf])
  return [...facts, ['Run', run.runId]]
}
