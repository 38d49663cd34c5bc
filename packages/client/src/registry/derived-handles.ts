/**
 * The handles of a registry's runs, derived from its events.
 *
 * Owns: which event changes which handle. Does not know: threads, requests. Nothing in the registry depends on it.
 */
import { keyString, type Outcome, type ThreadKey } from '@holdfast/core'
import type { Activity } from '../thread/activity.ts'
import { problemOf, type TransportError } from '../transport/error.ts'
import { createRunHandle, type MutableRunHandle } from './handle.ts'
import { createRunHandles, type OnRunCompleted, type RunHandles } from './handles.ts'
import type { RunRegistry } from './port.ts'

/** Has the runs that start from now on: derive it right after the registry was made. Ends with the registry. */
export function deriveRunHandles({ events }: Pick<RunRegistry, 'events'>, onRunCompleted?: OnRunCompleted): RunHandles {
  const handles = createRunHandles(onRunCompleted)
  const cancelling = new Map<string, string>()

  function make(key: ThreadKey, runId: string): MutableRunHandle {
    const subscription = { close() {} }
    return createRunHandle({ key: keyOf(key), runId, token: new AbortController(), subscription })
  }

  /** A handle that was disposed of stays as it was. */
  function own(key: ThreadKey, runId: string): MutableRunHandle | undefined {
    const handle = handles.get(key)
    return handle?.runId === runId && !handle.token.signal.aborted ? handle : undefined
  }

  function begin(key: ThreadKey, runId: string, put: (handle: MutableRunHandle) => void): void {
    const handle = make(key, runId)
    put(handle)
    if (cancelling.get(keyString(key)) === runId) handle.become({ type: 'cancelling' })
  }

  function follow(key: ThreadKey, activity: Activity): void {
    cancelling.delete(keyString(key))
    if (activity.type === 'active') own(key, activity.runId)?.become({ type: 'running' })
    if (activity.type !== 'cancelling') return
    cancelling.set(keyString(key), activity.runId)
    own(key, activity.runId)?.become({ type: 'cancelling' })
  }

  function replace(handle: MutableRunHandle, continues: string): void {
    const before = own(handle, continues)
    if (!before || !handles.replace(before, handle)) handles.register(handle)
  }

  events.subscribe((event) => {
    if (event.type === 'RunStarted') begin(event, event.runId, handles.register)
    else if (event.type === 'RunContinued') begin(event, event.runId, (handle) => replace(handle, event.continues))
    else if (event.type === 'RunCompleted') {
      const handle = own(event, event.runId)
      if (handle) handles.complete(handle, event.outcome)
    } else if (event.type === 'ActivityChanged') follow(event, event.activity)
    else if (event.type === 'StartRefused') handles.notifyCompletion(keyOf(event), failureOf(event.error))
    else if (event.type === 'ThreadEvicted') void handles.remove(event)
    else if (event.type === 'Closed') handles.close()
  })
  return handles
}

function keyOf({ roomId, threadId }: ThreadKey): ThreadKey {
  return { roomId, threadId }
}

/** Nothing was written to the log, whatever the reason. Outcomes have a code of their own only for a missing agent. */
function failureOf(error: TransportError): Outcome {
  const code = problemOf(error)?.code === 'unknown_agent' ? 'agent_unknown' : 'store_failed'
  return { type: 'failed', code, message: error.message }
}
