/** A run's trace as lines for a person: one line for each point of its path, with the time since its acceptance. */
import type { Outcome } from '@holdfast/core'
import { shown } from '../terminal.ts'
import type { ReaderHistory } from './reader-history.ts'
import type { Moment, Phase, RunTrace } from './run-trace.ts'

/** In the order of the path. */
export function textOf(trace: RunTrace, readers: ReaderHistory): readonly string[] {
  const { runId, roomId, threadId, agentId, accepted, claims, firstEvent, ended } = trace
  const path: [Moment, string, string][] = [[accepted, 'accepted', accepted.at]]
  for (const claim of claims) path.push([claim, 'claimed', claimText(claim.epoch, claim.ms)])
  if (firstEvent) path.push([firstEvent, 'first event', firstEvent.type])
  for (const phase of trace.phases) path.push([phase.from, phase.kind, phaseText(phase)])
  for (const wait of trace.waits) path.push([wait, 'waiting', `${shown(wait.reason)}, before attempt ${wait.attempt}`])
  for (const cancel of trace.cancels) path.push([cancel, 'cancel', `requested by ${shown(cancel.by)}`])
  if (readers.recorded) {
    for (const change of readers.changes) {
      path.push([change, change.type === 'reader_joined' ? 'reader +' : 'reader −', readerText(change)])
    }
  }
  if (ended) path.push([ended, 'ended', outcomeText(ended.outcome)])
  path.sort(([a], [b]) => a.ms - b.ms)
  return [
    `Run ${runId} in ${roomId}/${threadId}, agent ${shown(agentId)}: ${trace.status}`,
    ...path.map(([moment, name, text]) => line(since(moment.ms), name, text)),
    line('', 'log', logText(trace)),
    ...(trace.largestGap
      ? [
          line(
            '',
            'largest gap',
            `${time(trace.largestGap.ms)}, before ${trace.largestGap.before.type} (seq ${trace.largestGap.before.seq})`,
          ),
        ]
      : []),
    line('', 'readers', readersText(readers)),
  ]
}

function line(when: string, name: string, text: string): string {
  return `${when.padStart(12)}  ${name.padEnd(11)}  ${text}`.trimEnd()
}

function claimText(epoch: number, ms: number): string {
  return epoch === 1 ? `epoch 1, queued for ${time(ms)}` : `epoch ${epoch}, taken over from a lost worker`
}

function phaseText({ id, name, from, to, result, records, bytes }: Phase): string {
  const what = name === undefined ? shown(id) : `${shown(name)} (${shown(id)})`
  const span = to ? `${time(to.ms - from.ms)}, seq ${from.seq}–${to.seq}` : `open since seq ${from.seq}`
  const answered = result ? `; result after ${time(result.ms - (to ?? from).ms)}` : ''
  return `${what}: ${span}, ${counted(records, 'record')}, ${size(bytes)}${answered}`
}

function readerText({ type, seq, readers }: { type: string; seq: number; readers: number }): string {
  const where = type === 'reader_joined' ? `from seq ${seq}` : `after seq ${seq}`
  return `${where}; ${counted(readers, 'reader')} now`
}

function outcomeText(outcome: Outcome): string {
  if (outcome.type === 'failed') return `failed: ${outcome.code}`
  if (outcome.type === 'cancelled') return `cancelled by ${shown(outcome.by)}`
  return outcome.type
}

function logText({ records, commits, bytes }: RunTrace): string {
  return `${counted(records, 'record')} in ${counted(commits, 'commit')}, ${size(bytes)}`
}

function readersText(readers: ReaderHistory): string {
  if (!readers.recorded) return 'not recorded'
  const { atStart, atEnd } = readers
  const ends = [atStart !== undefined && `${atStart} at the claim`, atEnd !== undefined && `${atEnd} at the end`]
  return ends.filter((part) => part !== false).join(', ') || 'as above'
}

function since(ms: number): string {
  return `+${time(ms)}`
}

function time(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(3)} s`
}

function size(bytes: number): string {
  return bytes < 1_024 ? `${bytes} B` : `${(bytes / 1_024).toFixed(1)} KiB`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
