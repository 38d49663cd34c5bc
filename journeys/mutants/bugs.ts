/**
 * Bugs that somebody could write any day against the promises of documents 000 and 004. The tests named with each go
 * red under it, or they do not show what they say.
 *
 * `find` stands exactly once in its file: code that moves on takes its bugs along, or the run says so.
 */
export interface Bug {
  /** What a person would notice. */
  readonly what: string
  readonly file: string
  readonly find: string
  readonly put: string
  /** Test files of which at least one test fails. */
  readonly tests: readonly string[]
}

const CLIENT = 'packages/client/src'
const REGISTRY = `${CLIENT}/registry`

export const BUGS: readonly Bug[] = [
  {
    what: 'a run in one thread keeps every other thread from starting',
    file: `${REGISTRY}/registry.ts`,
    find: 'start: (key, intent) => thread(key).start(intent),',
    put: `start: (key, intent) => {
      if (active.length > 0) throw new RegistryError('busy', 'Something runs.')
      return thread(key).start(intent)
    },`,
    tests: [`${REGISTRY}/start.test.ts`, `${REGISTRY}/looking.test.ts`],
  },
  {
    what: 'the late end of a replaced run is told as news',
    file: `${REGISTRY}/handles.ts`,
    find: 'complete: (handle, outcome) => isCurrent(handle) && end(handle, outcome),',
    put: 'complete: (handle, outcome) => end(handle, outcome),',
    tests: [`${REGISTRY}/handles.test.ts`],
  },
  {
    what: 'leaving a thread cancels what runs in it',
    file: `${REGISTRY}/thread.ts`,
    find: '        undo()\n        unsubscribed()',
    put: '        undo()\n        void outbox.cancel(undefined, undefined)\n        unsubscribed()',
    tests: [`${REGISTRY}/switching.test.ts`, `${REGISTRY}/looking.test.ts`],
  },
  {
    what: 'a component that unmounts cancels what it showed',
    file: 'packages/react/src/hooks.ts',
    find: `  return useObservable(useMemo(() => registry.observe({ roomId, threadId }), [registry, roomId, threadId]))`,
    put: `  const thread = useMemo(() => {
    const { snapshot, subscribe } = registry.observe({ roomId, threadId })
    return {
      snapshot,
      subscribe(listener: () => void) {
        const undo = subscribe(listener)
        return () => {
          undo()
          void registry.cancel({ roomId, threadId })
        }
      },
    }
  }, [registry, roomId, threadId])
  return useObservable(thread)`,
    tests: ['packages/react/src/hooks.test.tsx'],
  },
  {
    what: 'what lies behind a gap is taken for the next (>= for ===)',
    file: 'packages/core/src/log/cursor.ts',
    find: "if (seq === cursor + 1) return 'accepted'",
    put: "if (seq >= cursor + 1) return 'accepted'",
    tests: ['packages/core/src/log/cursor.test.ts', `${CLIENT}/feed/feed.test.ts`],
  },
  {
    what: 'a record that comes again is taken for a gap (< for <=)',
    file: 'packages/core/src/log/cursor.ts',
    find: "seq <= cursor ? 'duplicate'",
    put: "seq < cursor ? 'duplicate'",
    tests: ['packages/core/src/log/cursor.test.ts', `${CLIENT}/feed/feed.test.ts`],
  },
  {
    what: 'a thread is known by its id alone, whatever its room',
    file: 'packages/core/src/key/thread-key.ts',
    find: `return \`\${key.roomId}/\${key.threadId}\``,
    put: `return key.threadId`,
    tests: [`${REGISTRY}/handles.test.ts`, `${REGISTRY}/history.test.ts`],
  },
  {
    what: 'a run that was given up while it started is announced all the same',
    file: `${REGISTRY}/outbox.ts`,
    find: 'const news = released.has(runId) ? [] : ledger.accepted(run)',
    put: 'const news = [...ledger.accepted(run)]\n    ledger.release(runId)\n    if (news.length === 0) news.push({ type: "started", run })',
    tests: [`${REGISTRY}/cancel.test.ts`],
  },
  {
    what: 'an error that races a cancel is complained about',
    file: `${REGISTRY}/outbox.ts`,
    find: 'if (!release.signal.aborted) refused(intent, error)',
    put: 'refused(intent, error)',
    tests: [`${REGISTRY}/cancel.test.ts`, `${REGISTRY}/one-run.test.ts`],
  },
  {
    what: 'an end is told before the run has ended',
    file: `${REGISTRY}/handles.ts`,
    find: `    if (!handle.become({ type: 'completed', outcome })) return false
    const { key, runId } = handle
    completions.tell(key, outcome)
    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })`,
    put: `    const { key, runId } = handle
    completions.tell(key, outcome)
    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })
    if (!handle.become({ type: 'completed', outcome })) return false`,
    tests: [`${REGISTRY}/handles.test.ts`],
  },
  {
    what: 'closing the page cancels every run',
    file: `${REGISTRY}/registry.ts`,
    find: '      closing.abort()\n      undoAccess()',
    put: '      for (const each of threads.values()) each.cancel(undefined, undefined).catch(() => {})\n      closing.abort()\n      undoAccess()',
    tests: [`${REGISTRY}/registry.test.ts`, `${REGISTRY}/switching.test.ts`],
  },
  {
    what: 'a reload forgets the cancel that was on its way',
    file: `${REGISTRY}/outbox.ts`,
    find: 'wishes.put({ key, runId, ...(start && { start }), ...cancel })',
    put: 'if (start && !cancel) wishes.put({ key, runId, start })',
    tests: [`${REGISTRY}/reload.test.ts`],
  },
  {
    what: 'a run that has ended keeps its token and its subscription',
    file: `${REGISTRY}/handles.ts`,
    find: "    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })\n    letGo(handle)",
    put: "    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })",
    tests: [`${REGISTRY}/handles.test.ts`, `${REGISTRY}/leaks.test.ts`],
  },
  {
    what: 'a view that comes before the start is accepted never hears of it',
    file: `${REGISTRY}/thread.ts`,
    find: '    if (changed) listeners.tell()',
    put: "    if (changed && activity.type !== 'active') listeners.tell()",
    tests: [`${REGISTRY}/one-run.test.ts`, `${REGISTRY}/start.test.ts`, `${REGISTRY}/registry.test.ts`],
  },
]
