/** Answers to an agent's questions: visible at once, carried out once, and refused in words. */
import type { ThreadView } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { problem } from '../testing/scripted-transport.ts'
import { createRunRegistry } from './registry.ts'
import { A, look, OFFLINE, reload, running, setUp, until } from './testing/looking.ts'

const QUESTIONS: ThreadView['interrupts'] = [
  { id: 'i1', reason: 'tool_approval', message: 'Send it?' },
  { id: 'i2', reason: 'which', message: 'Which one?' },
]
const ANSWERS = [
  { interruptId: 'i1', status: 'resolved', payload: { approved: true } },
  { interruptId: 'i2', status: 'cancelled' },
] as const

/** A run that has asked, in an observed thread. */
async function asked(parts: ReturnType<typeof setUp>) {
  const view = await running(parts, A)
  parts.transport.end(A, view.runId, { type: 'interrupted', interrupts: [...QUESTIONS] })
  const open = () => {
    const { content } = view.state()
    return content.type === 'ready' ? content.view.interrupts.map(({ id }) => id) : []
  }
  return { ...view, open }
}

describe('an answer', () => {
  it('S001-C4 is shown at once, answers all questions in one request, and continues the run that asked', async () => {
    const parts = setUp()
    const a = await asked(parts)
    const go = parts.transport.hold('start')
    const { runId, messageIds, accepted } = parts.registry.answer(A, ANSWERS)
    expect(messageIds).toEqual([])
    expect(a.state()).toMatchObject({ answering: ANSWERS, activity: { type: 'starting', runId } })
    expect(a.open()).toEqual(['i1', 'i2'])
    go()
    await accepted
    await until(() => expect(a.open()).toEqual([]))
    expect(a.state().answering).toBeUndefined()
    expect(a.state().activity).toEqual({ type: 'active', runId })
    expect(parts.transport.asked.filter(({ type }) => type === 'start')).toMatchObject([
      {},
      { body: { runId, messages: [], resume: ANSWERS, agentId: 'demo' } },
    ])
    expect(parts.told('RunContinued')).toMatchObject([{ runId, continues: a.runId }])
  })

  it('whose reply is lost is repeated under the same id, and is carried out once', async () => {
    const parts = setUp()
    const a = await asked(parts)
    parts.transport.next('start', OFFLINE)
    parts.transport.next('start', { type: 'lost' })
    const { runId, accepted } = parts.registry.answer(A, ANSWERS)
    await until(() => {
      parts.environment.clock.advance(1_000)
      expect(parts.count('start')).toBe(3)
    })
    await accepted
    expect(parts.transport.view(A).runs).toMatchObject([{ runId: a.runId }, { runId }])
    expect(a.state().failedStart).toBeUndefined()
  })

  it('that is on its way survives a reload of the page, and is still shown as such', async () => {
    const before = setUp()
    await asked(before)
    before.transport.next('start', OFFLINE)
    const { runId, accepted } = before.registry.answer(A, ANSWERS)
    accepted.catch(() => {})
    const go = before.transport.hold('start')
    const after = reload(before)
    const view = look(after.registry, A)
    expect(view.state()).toMatchObject({ answering: ANSWERS, activity: { type: 'starting', runId } })
    go()
    await until(() => expect(after.transport.view(A)).toMatchObject({ interrupts: [], runs: [{}, { runId }] }))
    await until(() => expect(view.state().answering).toBeUndefined())
    await until(() => expect(after.wishes()).toEqual([]))
  })

  it('S001-C4 is given once from two tabs: the later one is told that the question was answered, and asks no more', async () => {
    const parts = setUp()
    const a = await asked(parts)
    const environment = createManualEnvironment({ ids: 'other-' })
    const other = createRunRegistry({ transport: parts.transport, environment })
    const b = look(other, A)
    await until(b.isLive)
    const go = parts.transport.hold('start')
    const first = parts.registry.answer(A, ANSWERS)
    const second = other.answer(A, ANSWERS)
    go()
    await first.accepted
    await expect(second.accepted).rejects.toMatchObject({ fault: { problem: { code: 'interrupt_answered' } } })
    await until(() => expect(parts.transport.view(A).runs).toHaveLength(2))
    expect(b.state()).toMatchObject({ failedStart: { text: '', answers: ANSWERS } })
    expect(b.state().answering).toBeUndefined()
    await until(() => expect(b.state().activity).toEqual({ type: 'active', runId: first.runId }))
    expect(a.state().failedStart).toBeUndefined()
    other.close()
  })

  it.each(['interrupt_expired', 'arguments_changed', 'invalid'] as const)(
    'that is refused as %s says so, and its question stays as the log has it',
    async (code) => {
      const parts = setUp()
      const a = await asked(parts)
      parts.transport.next('start', { type: 'fault', fault: problem(code) })
      await expect(parts.registry.answer(A, ANSWERS).accepted).rejects.toMatchObject({ fault: { problem: { code } } })
      expect(a.state()).toMatchObject({ activity: { type: 'idle' }, failedStart: { text: '', answers: ANSWERS } })
      expect(a.state().answering).toBeUndefined()
      expect(a.open()).toEqual(['i1', 'i2'])
      const again = parts.registry.answer(A, ANSWERS)
      expect(a.state().failedStart).toBeUndefined()
      await again.accepted
      await until(() => expect(a.open()).toEqual([]))
    },
  )

  it('is refused on the spot while another one is on its way from here', async () => {
    const parts = setUp()
    await asked(parts)
    parts.transport.hold('start')
    parts.registry.answer(A, ANSWERS).accepted.catch(() => {})
    expect(() => parts.registry.answer(A, ANSWERS)).toThrow(expect.objectContaining({ code: 'busy' }))
  })
})

describe('a stop of one sub-agent', () => {
  it('S003-5 reaches the server without anything of the thread being known here, and the run continues', async () => {
    const parts = setUp()
    parts.transport.startElsewhere(A, 'run', 'Hello')
    parts.transport.emit(A, 'run', { type: 'SUBAGENT_STARTED', subagentRunId: 's1', name: 'researcher' })
    parts.transport.next('cancelSubagent', OFFLINE)
    const stopped = parts.registry.cancelSubagent(A, 's1')
    await until(() => {
      parts.environment.clock.advance(1_000)
      expect(parts.count('cancelSubagent')).toBe(2)
    })
    await stopped
    expect(parts.transport.asked.at(-1)).toEqual({ type: 'cancelSubagent', key: A, subagentRunId: 's1' })
    expect(parts.transport.view(A).runs).toMatchObject([{ status: 'running' }])
    expect(parts.cancels()).toEqual([])
  })

  it('that could not be delivered says so', async () => {
    const parts = setUp()
    parts.transport.startElsewhere(A, 'run', 'Hello')
    await expect(parts.registry.cancelSubagent(A, 'unknown')).rejects.toMatchObject({
      fault: { problem: { code: 'not_found' } },
    })
  })
})
