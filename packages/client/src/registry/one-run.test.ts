/** One run from the asking to its end, as the registry's own books show it. */
import { expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { isBusy } from '../thread/activity.ts'
import { RegistryError } from '../thread/registry-error.ts'
import { A, B, look, OFFLINE, running, setUp, until } from './testing/looking.ts'

it('S000-27 S004-12 a start in a thread carries its key and its own id, and is entered under both once it is accepted, before any view shows it', async () => {
  const { registry, handles, transport } = setUp()
  transport.addThread(A)
  const view = look(registry, A)
  await until(view.isLive)
  const entered: (string | undefined)[] = []
  registry.observe(A).subscribe(() => void entered.push(handles.get(A)?.runId))
  const { runId, accepted } = registry.start(A, { text: 'Hello' })
  expect(handles.has(A)).toBe(false)
  expect((await accepted).runId).toBe(runId)
  expect(transport.asked.find(({ type }) => type === 'start')).toMatchObject({ key: A, body: { runId } })
  expect(handles.get(A)).toMatchObject({ key: A, runId, isActive: true })
  expect(entered.at(-1)).toBe(runId)
  expect(view.state().activity).toEqual({ type: 'active', runId })
})

it('S000-28 what a run is doing is known in one place: the book and every view say the same at each moment', async () => {
  const parts = setUp()
  const { registry, handles, transport } = parts
  const said: string[] = []
  const compare = () => {
    const { activity } = registry.observe(A).snapshot()
    said.push(`${activity.type} ${handles.stateOf(A)?.type}`)
  }
  registry.observe(A).subscribe(compare)
  registry.lifecycle.subscribe(compare)
  const a = await running(parts, A)
  const cancelled = registry.cancel(A)
  transport.end(A, a.runId, { type: 'cancelled', by: 'you' })
  await cancelled
  expect([...new Set(said)]).toEqual([
    'idle undefined',
    'starting undefined',
    'active running',
    'cancelling cancelling',
    'idle completed',
  ])
})

it('S000-29 S000-32 S001-41 runs of two threads are both entered and active, and what comes of one changes no other', async () => {
  const parts = setUp()
  await Promise.all([running(parts, A), running(parts, B)])
  expect([...parts.handles].map(({ key, isActive }) => [key, isActive])).toEqual([
    [A, true],
    [B, true],
  ])
  const b = parts.handles.get(B)
  const before = b?.state
  const runId = parts.handles.get(A)?.runId ?? ''
  parts.transport.say(A, runId, 'a')
  await parts.transport.ask('cancelRun', [A, runId])
  parts.transport.end(A, runId, { type: 'cancelled', by: 'you' })
  expect(parts.handles.stateOf(A)?.type).toBe('completed')
  expect(parts.handles.get(B)).toBe(b)
  expect(b?.state).toBe(before)
})

it('S000-30 S004-4 S001-55 one thread alone goes through sending, streaming, stopping and the next as it always did', async () => {
  const parts = setUp()
  const { registry, transport, frame } = parts
  const view = look(registry, A)
  const first = registry.start(A, { text: 'one' })
  await first.accepted
  await until(view.isLive)
  transport.say(A, first.runId, 'answer')
  frame()
  expect(view.text()).toBe('one|answer')
  transport.end(A, first.runId)
  const second = registry.start(A, { text: 'two' })
  await second.accepted
  await registry.cancel(A)
  transport.end(A, second.runId, { type: 'cancelled', by: 'you' })
  transport.next('start', { type: 'fault', fault: problem('unknown_agent') })
  await expect(registry.start(A, { text: 'three' }).accepted).rejects.toThrow()
  const walk = view.shown.map(({ activity }) => activity.type)
  expect(walk.filter((type, at) => type !== walk[at - 1])).toEqual([
    'idle',
    'starting',
    'active',
    'idle',
    'starting',
    'active',
    'cancelling',
    'idle',
    'starting',
    'idle',
  ])
  expect(view.text()).toBe('one|answer|two')
})

it('S000-48 S000-C6 decided: a connection that breaks or closes ends no run, neither well nor badly; only the log does', async () => {
  const parts = setUp()
  const a = await running(parts, A)
  for (const how of ['broken', 'ended'] as const) {
    parts.transport.drop(A, how)
    await until(() => expect(a.state().connection.type).toBe('waiting'))
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
    expect([parts.told('RunCompleted'), parts.completions]).toEqual([[], []])
    parts.environment.clock.advance(1_000)
    await until(a.isLive)
  }
  const outcome = { type: 'failed', code: 'worker_lost', message: 'The server was restarted.' } as const
  parts.transport.end(A, a.runId, outcome)
  expect(parts.told('RunCompleted')).toEqual([{ type: 'RunCompleted', ...A, runId: a.runId, outcome }])
  expect(parts.completions).toEqual([[A, outcome]])
})

it('S000-49 a run that was stopped here is announced as cancelled, once', async () => {
  const parts = setUp()
  const a = await running(parts, A)
  await parts.registry.cancel(A, 'enough')
  expect(parts.told('RunCompleted')).toEqual([])
  const outcome = { type: 'cancelled', by: 'you', reason: 'enough' } as const
  parts.transport.end(A, a.runId, outcome)
  expect(parts.told('RunCompleted')).toEqual([{ type: 'RunCompleted', ...A, runId: a.runId, outcome }])
})

it('S000-C5 what the log holds behind the end of a run changes nothing of it', async () => {
  const parts = setUp()
  const a = await running(parts, A)
  parts.transport.say(A, a.runId, 'whole')
  parts.transport.end(A, a.runId)
  const handle = parts.handles.get(A)
  parts.transport.say(A, a.runId, ', late')
  parts.transport.end(A, a.runId, { type: 'failed', code: 'agent_error', message: 'late' })
  parts.frame()
  expect(a.state().activity).toMatchObject({ type: 'idle', last: { outcome: { type: 'succeeded' } } })
  expect(handle?.state).toEqual({ type: 'completed', outcome: { type: 'succeeded' } })
  expect(parts.told('RunCompleted')).toHaveLength(1)
})

it('S000-C7 a cancel while it starts ends it as cancelled with the words kept, also when the cancel’s answer is lost', async () => {
  const { registry, transport, environment } = setUp()
  const view = look(registry, A)
  transport.next('cancelRun', { type: 'lost' })
  const { runId, messageIds } = registry.start(A, { text: 'Hello' })
  const cancelled = registry.cancel(A)
  await until(() => {
    environment.clock.advance(1_000)
    expect(transport.asked.filter(({ type }) => type === 'cancelRun')).toHaveLength(2)
  })
  await cancelled
  await until(() => expect(transport.view(A).runs).toMatchObject([{ runId }]))
  if (transport.view(A).runs[0]?.status === 'cancelling') transport.end(A, runId, { type: 'cancelled', by: 'you' })
  await until(() => expect(view.state().content).toMatchObject({ view: { messages: [{ id: messageIds[0] }] } }))
  expect(transport.view(A).runs).toMatchObject([{ status: 'cancelled' }])
  expect(view.state().failedStart).toBeUndefined()
})

it('S004-C1 a second start in the same tick is none, and a cancel of nothing or of what has ended changes nothing', async () => {
  const parts = setUp()
  await parts.registry.cancel({ key: A, runId: 'never' })
  const a = await running(parts, A)
  expect(() => parts.registry.start(A, { text: 'again' })).toThrow(RegistryError)
  expect(parts.count('start')).toBe(1)
  parts.transport.end(A, a.runId)
  const before = a.state()
  await parts.registry.cancel({ key: A, runId: a.runId })
  await parts.registry.cancel(A)
  expect(a.state()).toBe(before)
})

it('S004-C6 decided: a run can be cancelled from the tick of its asking to its end, also before its first word', async () => {
  const parts = setUp()
  const view = look(parts.registry, A)
  const cancellable = () => isBusy(view.state().activity)
  expect(cancellable()).toBe(false)
  const { runId, accepted } = parts.registry.start(A, { text: 'Hello' })
  expect(cancellable()).toBe(true)
  await accepted
  expect(cancellable()).toBe(true)
  await until(view.isLive)
  parts.transport.say(A, runId, 'calls a tool')
  expect(cancellable()).toBe(true)
  parts.transport.end(A, runId)
  expect(cancellable()).toBe(false)
})

it('S004-7 S004-29 a start that was given up fails without a word of complaint, however it fails', async () => {
  for (const mishap of [OFFLINE, { type: 'fault', fault: problem('unknown_agent') }] as const) {
    const { registry, transport } = setUp()
    const view = look(registry, A)
    const answer = transport.hold('start')
    transport.next('start', mishap)
    const { accepted } = registry.start(A, { text: 'Hello' })
    const cancelled = registry.cancel(A)
    answer()
    await expect(accepted).rejects.toThrow()
    await cancelled
    expect(view.state().activity).toEqual({ type: 'idle' })
    await until(() => expect(view.state().failedStart?.text).toBe('Hello'))
    expect(view.shown.some(({ failedStart }) => failedStart?.error)).toBe(false)
  }
})

it('S004-C5 how a run ended stays until another takes its place: one from here, or one of another device', async () => {
  const parts = setUp()
  const a = await running(parts, A)
  parts.transport.next('cancelRun', { type: 'fault', fault: problem('storage_full') })
  await expect(parts.registry.cancel(A)).rejects.toThrow()
  parts.transport.end(A, a.runId)
  a.stop()
  parts.environment.clock.advance(60_000)
  expect(parts.handles.stateOf(A)).toEqual({ type: 'completed', outcome: { type: 'succeeded' } })
  parts.transport.startElsewhere(A, 'elsewhere', 'Again')
  await until(look(parts.registry, A).isLive)
  expect(parts.handles.get(A)).toMatchObject({ runId: 'elsewhere', isActive: true })
})

it('S000-10 a handle that is disposed of changes no more: nothing is sent, and views still show the run', async () => {
  const parts = setUp()
  const a = await running(parts, A)
  const handle = parts.handles.get(A)
  await handle?.dispose()
  parts.transport.say(A, a.runId, 'on')
  parts.frame()
  expect(a.text()).toBe('Hello|on')
  parts.transport.end(A, a.runId)
  expect(a.state().activity).toMatchObject({ type: 'idle', last: { runId: a.runId } })
  expect([handle?.state, handle?.token.signal.aborted]).toEqual([{ type: 'running' }, true])
  expect(parts.cancels()).toEqual([])
})

it('a run that continues an earlier one is announced as its continuation', async () => {
  const parts = setUp()
  const a = await running(parts, A)
  parts.transport.end(A, a.runId, { type: 'interrupted', interrupts: [] })
  parts.transport.startElsewhere(A, 'next', 'Yes', { continues: a.runId })
  parts.transport.startElsewhere(B, 'unknown', 'Yes', { continues: 'nobody' })
  await until(look(parts.registry, B).isLive)
  expect(parts.events.slice(2)).toEqual([
    { type: 'RunContinued', ...A, runId: 'next', continues: a.runId },
    { type: 'RunStarted', ...B, runId: 'unknown' },
  ])
})
