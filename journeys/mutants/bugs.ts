/**
 * Bugs that could be written any day against the promises of documents 000, 001 and 004. The tests named with each turn
 * red under it, or they do not show what they say.
 *
 * `find` occurs exactly once in its file: code that moves takes its bugs along, or the run reports it.
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
const THREAD = `${CLIENT}/thread`
const CORE = 'packages/core/src'
const SERVER = 'packages/server/src'
const LOOP = `${SERVER}/agents/loop`
const CHAT = 'apps/chat/src'

export const BUGS: readonly Bug[] = [
  {
    what: 'the thread that is open has a dot, as if it were unread',
    file: `${CHAT}/sidebar/thread-row.tsx`,
    find: 'const unread = thread.unread && !current',
    put: 'const unread = thread.unread',
    tests: [`${CHAT}/sidebar/sidebar.test.tsx`],
  },
  {
    what: 'a room with a hundred unread threads says 100 instead of 99+',
    file: `${CHAT}/sidebar/unread.tsx`,
    find: 'count > MOST',
    put: 'count > MOST + 1',
    tests: [`${CHAT}/sidebar/sidebar.test.tsx`],
  },
  {
    what: 'behind a proxy that holds streams back, nothing that is said is ever shown',
    file: `${CLIENT}/connection/flowing.ts`,
    find: '() => silent.abort(),',
    put: '() => {},',
    tests: [`${CLIENT}/connection/flowing.test.ts`],
  },
  {
    what: 'one 401 ends all reading until the page is loaded again',
    file: `${CLIENT}/follow/reconnect.ts`,
    find: 'if (awaitsSignIn(state)) undoTimer = backoff.wait(++refusals, goOn)',
    put: '',
    tests: [`${REGISTRY}/sign-in.test.ts`],
  },
  {
    what: 'a run in one thread keeps every other thread from starting',
    file: `${REGISTRY}/lean.ts`,
    find: 'start: (key, intent) => of(key).start(intent),',
    put: `start: (key, intent) => {
      if (threads.all().some(({ activity }) => activity.type !== 'idle')) throw new Error('Something runs.')
      return of(key).start(intent)
    },`,
    tests: [`${REGISTRY}/start.test.ts`, `${REGISTRY}/looking.test.ts`],
  },
  {
    what: 'the late end of a replaced run is announced',
    file: `${REGISTRY}/handles.ts`,
    find: 'complete: (handle, outcome) => isCurrent(handle) && end(handle, outcome),',
    put: 'complete: (handle, outcome) => end(handle, outcome),',
    tests: [`${REGISTRY}/handles.test.ts`],
  },
  {
    what: 'leaving a thread cancels what runs in it',
    file: `${THREAD}/thread.ts`,
    find: '      return undo\n',
    put: '      return () => {\n        undo()\n        void actions.cancel(undefined, undefined)\n      }\n',
    tests: [`${REGISTRY}/switching.test.ts`, `${REGISTRY}/looking.test.ts`],
  },
  {
    what: 'a device that counts ahead of the log marks answers as read before they are written',
    file: `${SERVER}/store/decide/unread.ts`,
    find: 'const read = Math.min(seq, head)',
    put: 'const read = seq',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'nothing is unread for a person who has never opened a thread',
    file: `${SERVER}/store/sqlite/unread.ts`,
    find: 'AND completed_seq > coalesce(own.read_seq, 0)`',
    put: 'AND completed_seq > own.read_seq`',
    tests: [`${SERVER}/store/sqlite/growth.test.ts`],
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
    tests: ['packages/core/src/log/cursor.test.ts', `${CLIENT}/follow/follow.test.ts`],
  },
  {
    what: 'a record that comes again is taken for a gap (< for <=)',
    file: 'packages/core/src/log/cursor.ts',
    find: "seq <= cursor ? 'duplicate'",
    put: "seq < cursor ? 'duplicate'",
    tests: ['packages/core/src/log/cursor.test.ts', `${CLIENT}/follow/follow.test.ts`],
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
    file: `${THREAD}/starts.ts`,
    find: 'const told = announce && !isReleasedRun(model, runId) ? announceAccepted(model.announced, run) : undefined',
    put: 'const told = announceAccepted({ ...model.announced, entries: new Map() }, run)',
    tests: [`${REGISTRY}/cancel.test.ts`],
  },
  {
    what: 'an error that races a cancel is complained about',
    file: `${THREAD}/posting.ts`,
    find: '...(!stopped.aborted && { error })',
    put: 'error',
    tests: [`${REGISTRY}/cancel.test.ts`, `${REGISTRY}/one-run.test.ts`],
  },
  {
    what: 'an end is announced before the run has ended',
    file: `${REGISTRY}/handles.ts`,
    find: `    if (!handle.become({ type: 'completed', outcome })) return false
    const { key, runId } = handle
    completions.tell(key, outcome)
    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })`,
    put: `    const { key, runId } = handle
    completions.tell(key, outcome)
    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })
    if (!handle.become({ type: 'completed', outcome })) return false`,
    tests: [`${REGISTRY}/handles-lifecycle.test.ts`],
  },
  {
    what: 'closing the page cancels every run',
    file: `${REGISTRY}/lean.ts`,
    find: '      closing.abort()\n      events.clear()',
    put: '      for (const each of threads.all()) each.cancel(undefined, undefined).catch(() => {})\n      closing.abort()\n      events.clear()',
    tests: [`${REGISTRY}/registry.test.ts`, `${REGISTRY}/switching.test.ts`],
  },
  {
    what: 'a reload forgets the cancel that was on its way',
    file: `${THREAD}/command.ts`,
    find: 'if (cancel) return { ...of, cancel }',
    put: '',
    tests: [`${REGISTRY}/reload.test.ts`],
  },
  {
    what: 'a message is “not sent” though its log cannot be read',
    file: `${THREAD}/retry.ts`,
    find: "if (found.type === 'absent') throw error",
    put: 'throw error',
    tests: [`${REGISTRY}/verdicts.test.ts`],
  },
  {
    what: 'a connection that ends with the word “deleted” buries its thread',
    file: `${CLIENT}/follow/follow.ts`,
    find: "if (problemOf(transportError(cause))?.code !== 'deleted') throw cause",
    put: 'throw cause',
    tests: [`${REGISTRY}/lost-answers.test.ts`],
  },
  {
    what: 'a run that has ended keeps its token and its subscription',
    file: `${REGISTRY}/handles.ts`,
    find: "    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })\n    letGo(handle)",
    put: "    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })",
    tests: [`${REGISTRY}/handles-lifecycle.test.ts`, `${REGISTRY}/leaks.test.ts`],
  },
  {
    what: 'a view that comes before the start is accepted never hears of it',
    file: `${THREAD}/thread.ts`,
    find: '    tell: audience.tell,',
    put: "    tell: () => void (store.model.activity.type !== 'active' && audience.tell()),",
    tests: [`${REGISTRY}/one-run.test.ts`, `${REGISTRY}/start.test.ts`, `${REGISTRY}/registry.test.ts`],
  },
  {
    what: 'an envelope of another thread is folded into the one that is read',
    file: `${CORE}/thread/fold.ts`,
    find: "      if (!sameKey(key, envelope)) return 'foreign'\n",
    put: '',
    tests: [`${CORE}/thread/fold.test.ts`],
  },
  {
    what: 'the queue is in another order after a restart',
    file: `${CORE}/thread/runs.ts`,
    find: 'let { runs, queue, queuePaused = false, queueHeldBy, interrupts } = from\n',
    put: 'let { runs, queue, queuePaused = false, queueHeldBy, interrupts } = from\n  queue = queue.toSorted((a, b) => (a.run.runId < b.run.runId ? -1 : 1))\n',
    tests: [`${CORE}/thread/runs.test.ts`],
  },
  {
    what: 'an agent answers another run, and no one notices',
    file: `${CORE}/recorder/recorder.ts`,
    find: 'said === input[field]) continue',
    put: "typeof said === 'string') continue",
    tests: [`${CORE}/recorder/recorder.test.ts`, `${SERVER}/engine/drift.test.ts`],
  },
  {
    what: 'an agent is called with the input of another run',
    file: `${SERVER}/engine/drift.ts`,
    find: "return input.runId === lease.runId ? undefined : { where: 'input', field: 'runId' }",
    put: 'return undefined',
    tests: [`${SERVER}/engine/drift.test.ts`],
  },
  {
    what: 'what has no address is dropped without a word',
    file: `${SERVER}/bus/strict-bus.ts`,
    find: '    if (dropped) onDropped(dropped)\n',
    put: '',
    tests: [`${SERVER}/bus/strict-bus.test.ts`, `${SERVER}/process/misaddressed.test.ts`],
  },
  {
    what: 'a log is called live before its history was handed on',
    file: `${CLIENT}/transport/read-log.ts`,
    find: '      flush()\n      handlers.onCaughtUp()\n',
    put: '      handlers.onCaughtUp()\n',
    tests: [`${CLIENT}/transport/read-log.test.ts`],
  },
  {
    what: 'the frames of one thread reach the readers of another',
    file: `${SERVER}/bus/strict-bus.ts`,
    find: 'frames && !haveAddress(frames, addressOf(key)) ?',
    put: 'frames && frames.byteLength === 0 ?',
    tests: [`${SERVER}/bus/strict-bus.test.ts`],
  },
  {
    what: 'a notice of a thread without readers is delivered to the readers of another thread',
    file: `${SERVER}/feed/thread-hub.ts`,
    find: 'const thread = live.get(notice.key)',
    put: 'const thread = live.get(notice.key) ?? [...live.entries()][0]?.value',
    tests: [`${SERVER}/feed/feed.test.ts`],
  },
  {
    what: 'an entry of one person’s own log wakes everyone in the tenant',
    file: `${SERVER}/feed/thread-hub.ts`,
    find: '(personId === undefined || member.personId === personId)',
    put: '(personId === undefined || member.personId !== undefined)',
    tests: [`${SERVER}/feed/tenants.test.ts`],
  },
  {
    what: 'threads of two tenants that have the same ids share their readers',
    file: `${SERVER}/store/tenant-thread.ts`,
    find: 'const find = ({ tenantId, roomId, threadId }: TenantThread) => tenants.get(tenantId)?',
    put: 'const find = ({ roomId, threadId }: TenantThread) => [...tenants.values()][0]?',
    tests: [`${SERVER}/feed/tenants.test.ts`],
  },
  {
    what: 'every thread of the one connection is read from the log of the first',
    file: `${SERVER}/feed/connection-thread.ts`,
    find: 'shared.turn(() => log.read(principal, key,',
    put: 'shared.turn(() => log.read(principal, ((parts as { first?: ThreadKey }).first ??= key),',
    tests: [`${SERVER}/feed/connection.test.ts`],
  },
  {
    what: 'a thread gets two resyncs on one connection',
    file: `${SERVER}/feed/connection-thread.ts`,
    find: "    if (isOver() || state === 'gone') return\n    leave()",
    put: '    if (isOver()) return',
    tests: [`${SERVER}/feed/connection.test.ts`],
  },
  {
    what: 'what somebody sent in place of an answer is lost if it is stopped before it starts',
    file: `${SERVER}/store/decide/cancel.ts`,
    find: "const said = turn || run.request.onBusy !== 'enqueue'",
    put: 'const said = nextToStart(view)?.run.runId === runId',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'a message under an id that is taken is accepted and dropped',
    file: `${CORE}/asked/said-before.ts`,
    find: 'if (before && !saysTheSame(before, message)) return message.id',
    put: 'if (before && before.role !== message.role) return message.id',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'a thread that the store cannot find is reported as deleted',
    file: `${SERVER}/feed/reader-end.ts`,
    find: "  not_found: 'cursor_ahead',",
    put: "  not_found: 'deleted',",
    tests: [`${SERVER}/feed/endings.test.ts`],
  },
  {
    what: 'an entry of the inbox is skipped where many come at once',
    file: `${SERVER}/feed/connection-inbox.ts`,
    find: '          cursor = item.cursor\n',
    put: '          cursor = answer.items.at(-1)?.cursor ?? cursor\n          if (item !== answer.items[0]) break\n',
    tests: [`${SERVER}/feed/connection.test.ts`],
  },
  {
    what: 'the newest record waits for the one behind it (cursor off by one)',
    file: `${SERVER}/feed/ring.ts`,
    find: 'if (cursor >= head) return CURRENT',
    put: 'if (cursor >= head - 1) return CURRENT',
    tests: [`${SERVER}/feed/ring.test.ts`, `${SERVER}/feed/connection.test.ts`],
  },
  {
    what: 'a cancel takes the queue along',
    file: `${CORE}/thread/runs.ts`,
    find: '    ended(runId, outcome, at) {\n      leaveQueue(runId)',
    put: "    ended(runId, outcome, at) {\n      if (outcome.type === 'cancelled') queue = []\n      leaveQueue(runId)",
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'deleting a thread stops what runs in others',
    file: `${SERVER}/engine/engine.ts`,
    find: "      case 'thread.deleted':\n      case 'room.deleted':\n        break",
    put: "      case 'thread.deleted':\n      case 'room.deleted':\n        if (notice.type === 'thread.deleted') for (const each of running.values()) stopRun(each, { type: 'lost' })\n        break",
    tests: [`${SERVER}/engine/apart.test.ts`],
  },
  {
    what: 'after a failure, a queued run starts instead of being held',
    file: `${SERVER}/store/memory/memory-facts.ts`,
    find: '        else data.apply(tenantId, change, now)\n',
    put: '        else {\n          data.apply(tenantId, change, now)\n          data.tell()\n        }\n',
    tests: [`${SERVER}/engine/apart.test.ts`],
  },
  {
    what: 'an envelope that no reader asked for goes to the last thread',
    file: `${CLIENT}/transport/read-feed.ts`,
    find: 'const key = envelope && asked.get(keyString(envelope))',
    put: 'const key = envelope && (asked.get(keyString(envelope)) ?? of)',
    tests: [`${CLIENT}/transport/read-feed.test.ts`],
  },
  {
    what: 'an envelope without an address is dropped without a word',
    file: `${CLIENT}/transport/read-feed.ts`,
    find: "    } else handlers.onDropped(envelope ? 'foreign' : 'malformed', typeOf(value))",
    put: '    }',
    tests: [`${CLIENT}/transport/read-feed.test.ts`],
  },
  {
    what: 'what the one connection tells of one thread is handed to the readers of all',
    file: `${CLIENT}/connection/heard.ts`,
    find: '      for (const reader of of(id)) if (reader.isCarried(from)) reader.take(batch)',
    put: '      for (const reader of readers.all()) if (reader.isCarried(from)) reader.take(batch)',
    tests: [`${CLIENT}/connection/one-connection.test.ts`],
  },
  {
    what: 'a feed opens without a check of the threads that its body names',
    file: `${SERVER}/http/guarded.ts`,
    find: '{ ...c.req.param(), ...named }',
    put: '{ ...c.req.param() }',
    tests: [`${SERVER}/http/access.test.ts`],
  },
  {
    what: 'a request is carried out although authentication refused it',
    file: `${SERVER}/http/guarded.ts`,
    find: "if (who.type === 'unauthorized') {",
    put: "if (who.type === 'unauthorized' && guard.action !== 'log.read') {",
    tests: [`${SERVER}/http/access.test.ts`],
  },
  {
    what: 'a server whose data another one has opened goes on writing',
    file: `${SERVER}/store/sqlite/committer.ts`,
    find: '    fence.prove()\n',
    put: '',
    tests: [`${SERVER}/store/sqlite/fence.test.ts`],
  },
  {
    what: 'a commit into files that were removed is acknowledged',
    file: `${SERVER}/store/sqlite/committer.ts`,
    find: '    fence.confirm()\n',
    put: '',
    tests: [`${SERVER}/store/sqlite/fence.test.ts`],
  },
  {
    what: 'a store that is ahead of the clock on the wall stands still',
    file: `${SERVER}/store/decide/clock.ts`,
    find: 'last + (goesOn ? since : 0)',
    put: 'last',
    tests: [`${SERVER}/store/decide/clock.test.ts`, `${SERVER}/store/sqlite/wrong-clock.test.ts`],
  },
  {
    what: 'an agent that uses its ids again writes into its earlier answer',
    file: `${CORE}/recorder/names.ts`,
    find: '      while (taken.has(name)) name = nthName(runId, id, ++nth)\n',
    put: '',
    tests: [`${CORE}/recorder/register.test.ts`, `${SERVER}/agents/remote/cases.test.ts`],
  },
  {
    what: 'a person reads the stack trace of an agent',
    file: `${CORE}/lifecycle/outcome.ts`,
    find: 'withoutTrace(message).trim()',
    put: 'message.trim()',
    tests: [`${CORE}/lifecycle/trace.test.ts`, `${SERVER}/agents/remote/remote-agent.test.ts`],
  },
  {
    what: 'the stop of a run that was left stops the run after it',
    file: `${SERVER}/agents/remote/remote-agent.ts`,
    find: '    await stopRoute.settled(told)\n',
    put: '',
    tests: [`${SERVER}/agents/remote/left-and-busy.test.ts`],
  },
  {
    what: 'two devices both answer one question',
    file: `${SERVER}/store/decide/start.ts`,
    find: '  if (closed) return { answer: { type: closed } }\n',
    put: '',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'a question can be answered after its time',
    file: `${CORE}/asked/questions.ts`,
    find: "      if (expiry !== null && expiry <= now) return 'interrupt_expired'\n",
    put: '',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'an answer of another shape than the question asks for is accepted',
    file: `${SERVER}/http/answer-check.ts`,
    find: '  await checkShapes(answerSchemas, answers)\n',
    put: '',
    tests: [`${SERVER}/http/answer-check.test.ts`],
  },
  {
    what: 'after a crash a tool of an MCP server that may act twice is called again without a question',
    file: `${SERVER}/agents/mcp/listed-tools.ts`,
    find: "return idempotentHint === true ? 'idempotent' : 'effect'",
    put: "return idempotentHint === false ? 'effect' : 'idempotent'",
    tests: [`${SERVER}/agents/mcp/listed-tools.test.ts`],
  },
  {
    what: 'the token of an MCP server is readable in the log',
    file: `${SERVER}/agents/mcp/config.ts`,
    find: 'isHttp(server) ? server.headers : server.env',
    put: 'isHttp(server) ? undefined : server.env',
    tests: [`${SERVER}/agents/mcp/config.test.ts`],
  },
  {
    what: 'a run that kills its server is resumed for ever',
    file: `${SERVER}/store/decide/orphan.ts`,
    find: '(run.resumed ?? 0) < maxResumes',
    put: '(run.resumed ?? 0) >= 0',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'late progress brings a stopped sub-agent back',
    file: `${CORE}/thread/subagents.ts`,
    find: "    if (get(known).status !== 'running') return undefined\n",
    put: '',
    tests: [`${CORE}/thread/subagents.test.ts`],
  },
  {
    what: 'an agent takes back what another agent of its run said',
    file: `${CORE}/recorder/own-words.ts`,
    find: 'if (message.owner !== tag) broken(',
    put: 'if (false) broken(',
    tests: [`${CORE}/recorder/own-words.test.ts`],
  },
  {
    what: 'a stop of a sub-agent is lost with the notice',
    file: `${SERVER}/store/decide/subagents.ts`,
    find: '      run: { ...run, stoppedChildren: [...stoppedChildren, subagentRunId] },\n',
    put: '',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'steps are pruned while their run goes on',
    file: `${SERVER}/store/decide/prune.ts`,
    find: ' && !live.has(runId)',
    put: '',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'a tool with an effect is called before it is written down that it may be',
    file: `${LOOP}/execute.ts`,
    find: "  if (tool.effect === 'effect') await context.written()\n",
    put: '',
    tests: [`${LOOP}/resume.test.ts`],
  },
  {
    what: 'after a crash, a letter that may have been sent is sent again',
    file: `${LOOP}/make-call.ts`,
    find: 'else if (call.start && tool.effect',
    put: "else if (call.start && 'never' + tool.effect",
    tests: [`${LOOP}/resume.test.ts`],
  },
  {
    what: 'one “again” repeats a call after every crash',
    file: `${LOOP}/make-call.ts`,
    find: 'call.startedHere ? undefined : run.answers',
    put: 'run.answers',
    tests: [`${LOOP}/resume.test.ts`],
  },
  {
    what: 'a call that needs approval is made without it',
    file: `${LOOP}/make-call.ts`,
    find: 'needs.value !== false',
    put: 'needs.value === undefined',
    tests: [`${LOOP}/approvals.test.ts`, `${LOOP}/sub-agents.test.ts`],
  },
  {
    what: 'a tool is called before the model’s wish for it is durable',
    file: `${LOOP}/agent-loop.ts`,
    find: '  await run.context.written()\n  const tools',
    put: '  const tools',
    tests: [`${LOOP}/tools.test.ts`],
  },
  {
    what: 'the stop of one sub-agent ends its parent',
    file: `${LOOP}/sub-agents.ts`,
    find: "if (parentSignal.aborted || code === 'token_limit') throw error",
    put: 'throw error',
    tests: [`${LOOP}/sub-agents.test.ts`],
  },
  {
    what: 'an answer that calls a tool which nobody offered counts as a success',
    file: `${SERVER}/agents/model/reading/answer.ts`,
    find: "return takesCalls ? undefined : failureOfFinish('tool')\n    if (finish === 'tool')",
    put: "return undefined\n    if (finish === 'tool')",
    tests: [`${SERVER}/agents/model/reading/calls.test.ts`],
  },
  {
    what: 'an answer to an agent’s question starts a run that does not have it',
    file: `${THREAD}/request.ts`,
    find: 'defined({ parentId, agentId, onBusy, resume, forwardedProps })',
    put: 'defined({ parentId, agentId, onBusy, forwardedProps })',
    tests: [`${REGISTRY}/answer.test.ts`],
  },
  {
    what: 'after an answer that came too late, the run that goes on is not shown',
    file: `${THREAD}/returned.ts`,
    find: 'return followLog(replaces === undefined ? refused : act(',
    put: 'return (replaces === undefined ? refused : act(',
    tests: [`${REGISTRY}/answer.test.ts`],
  },
  {
    what: 'an agent learns that its words are durable before they are',
    file: `${SERVER}/engine/agent-context.ts`,
    find: 'run.runLog?.writer.written() ?? Promise.resolve()',
    put: 'Promise.resolve()',
    tests: [`${SERVER}/engine/agent-context.test.ts`],
  },
  {
    what: 'a tool that had not started is started after the stop',
    file: `${SERVER}/engine/agent-context.ts`,
    find: '  if (signal.aborted) return refused(signal.reason)\n',
    put: '',
    tests: [`${SERVER}/engine/agent-context.test.ts`],
  },
  {
    what: 'the stop of one sub-agent is lost with its notice',
    file: `${SERVER}/engine/run-execution.ts`,
    find: 'for (const subagentRunId of state.stoppedChildren ?? []) stopChild(run, subagentRunId)',
    put: '',
    tests: [`${SERVER}/engine/agent-context.test.ts`],
  },
  {
    what: 'a sub-agent that was stopped goes on after a crash',
    file: `${SERVER}/engine/resume-run.ts`,
    find: '  for (const subagentRunId of stoppedChildren) stopChild(run, subagentRunId)\n',
    put: '',
    tests: [`${SERVER}/engine/crash.test.ts`],
  },
  {
    what: 'a completed step is made again after a crash',
    file: `${SERVER}/agents/demo/steps.ts`,
    find: '    if (known?.hasResult) continue\n',
    put: '',
    tests: [`${SERVER}/agents/demo/going-on.test.ts`],
  },
  {
    what: 'four orderly restarts of the server end a run',
    file: `${SERVER}/store/decide/claim.ts`,
    find: '(released ? 0 : 1)',
    put: '1',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'a webhook reaches the server’s own network through a name',
    file: `${SERVER}/webhooks/addresses.ts`,
    find: 'if (!first || found.some(({ address }) => isPrivate(address)))',
    put: 'if (!first)',
    tests: [`${SERVER}/webhooks/addresses.test.ts`, `${SERVER}/webhooks/send.test.ts`],
  },
  {
    what: 'a retry reaches a delivery of another tenant',
    file: `${SERVER}/store/decide/webhooks.ts`,
    find: 'held?.tenantId === principal.tenantId && held.roomId === roomId && held.webhookId',
    put: 'held?.webhookId',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'two devices ring for the same notice',
    file: `${SERVER}/store/decide/person-notices.ts`,
    find: "return { answer: row.claimedBy === deviceId ? won(row) : { type: 'claimed' } }",
    put: 'return { answer: won(row) }',
    tests: [`${SERVER}/store/memory/memory-store.test.ts`, `${SERVER}/http/notices.test.ts`],
  },
  {
    what: 'a phone rings for a run that the person has read on the laptop',
    file: `${SERVER}/store/sqlite/notices.ts`,
    find: "const WAITING = \"state IN ('open', 'sending')\"",
    put: "const WAITING = \"state IN ('open', 'sending', 'withdrawn')\"",
    tests: [`${SERVER}/store/sqlite/sqlite.test.ts`],
  },
  {
    what: 'the progress of a sub-agent pushes everything else out of events.jsonl',
    file: `${SERVER}/operate/activity.ts`,
    find: '  if (now - reported.reportedAt < PROGRESS_MS) return false\n',
    put: '',
    tests: [`${SERVER}/operate/activity.test.ts`],
  },
  {
    what: 'a row that is read late takes the place of what the server has said',
    file: `${THREAD}/content.ts`,
    find: "      if (fold || content.type !== 'loading') return false\n",
    put: '',
    tests: [`${REGISTRY}/loading.test.ts`],
  },
  {
    what: 'a tab that is slower writes an older view over a newer one',
    file: `${CLIENT}/cache/memory-rows.ts`,
    find: ' || seqIn(before) >= view.seq) return',
    put: ') return',
    tests: [`${REGISTRY}/loading.test.ts`, `${CLIENT}/cache/device-cache.test.ts`],
  },
  {
    what: 'what a killed tab was sending waits until that tab is opened again',
    file: `${THREAD}/taking-over.ts`,
    find: '  look(false)\n',
    put: '',
    tests: [`${REGISTRY}/outbox.test.ts`],
  },
  {
    what: 'the end of a run is shown in every window of a browser',
    file: `${CLIENT}/attention/ringer-model.ts`,
    find: "if (entry?.phase.type !== 'locking' || rung) finish(draft, id)",
    put: "if (entry?.phase.type !== 'locking') finish(draft, id)",
    tests: [`${CLIENT}/attention/simulation.test.ts`, `${CLIENT}/attention/ringer.test.ts`],
  },
  {
    what: 'a list that was asked for earlier takes the mark of a thread away that was marked as unread meanwhile',
    file: `${CLIENT}/marks/marks.ts`,
    find: 'if (before.at > asked)',
    put: 'if (before.at > Number.POSITIVE_INFINITY)',
    tests: [`${CLIENT}/marks/marks.test.ts`],
  },
  {
    what: 'an answer whose page was closed is shown as being written for ever',
    file: `${CLIENT}/ag-ui/look.ts`,
    find: 'if (row.liveRunId !== undefined) {',
    put: "if (row.liveRunId !== undefined) return { type: 'nothing' }\n    if (row.liveRunId !== undefined) {",
    tests: [`${CLIENT}/ag-ui/pages.test.ts`],
  },
  {
    what: 'without a server, an answer that was stopped ends as failed',
    file: `${CLIENT}/ag-ui/turn.ts`,
    find: 'return stop ? stopOutcome(stop) : outcome',
    put: 'return stop === undefined ? outcome : outcome',
    tests: [`${CLIENT}/ag-ui/ag-ui.test.ts`],
  },
  {
    what: 'a log is trimmed in the middle of a run that was accepted during an older one',
    file: `${SERVER}/store/decide/retention.ts`,
    find: 'if (next === undefined || next.firstSeq > reach) boundary = reach',
    put: 'if (next === undefined || next.firstSeq > 0) boundary = reach',
    tests: [`${SERVER}/store/decide/retention.test.ts`, `${SERVER}/store/memory/memory-store.test.ts`],
  },
  {
    what: 'a thread whose log was trimmed whole uses its first positions again',
    file: `${SERVER}/store/sqlite/segments.ts`,
    find: '(SELECT first_seq - 1 FROM trimmed WHERE thread = ?1)',
    put: 'NULL',
    tests: [`${SERVER}/store/sqlite/retention.test.ts`],
  },
]
