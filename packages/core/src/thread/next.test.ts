import { describe, expect, it } from 'vitest'
import { createLogBuilder, TEST_KEY } from '../testing/log-builder.ts'
import { createFold } from './fold.ts'
import { nextToStart } from './next.ts'

const words = (id: string) => [{ id, role: 'user' as const, content: id }]

function thread() {
  const log = createLogBuilder()
  const view = () => {
    const fold = createFold(TEST_KEY)
    for (const envelope of log.envelopes) fold.apply(envelope)
    return fold.view()
  }
  return { log, view, next: () => nextToStart(view())?.run.runId }
}

describe('the next run', () => {
  it('is the first of the queue once no run is live', () => {
    const { log, next } = thread()
    expect(next()).toBeUndefined()
    log.accept('a')
    log.accept('b')
    expect(next()).toBe('a')
    log.start('a')
    expect(next()).toBeUndefined()
    log.end('a', { type: 'succeeded' })
    expect(next()).toBe('b')
  })

  it('is none while an interrupt is open', () => {
    const { log, next } = thread()
    log.accept('a')
    log.start('a')
    log.end('a', { type: 'interrupted', interrupts: [{ id: 'i', reason: 'approval' }] })
    log.accept('b')
    expect(next()).toBeUndefined()
    log.control({ type: 'interrupts.resolved', by: 'ada', interruptIds: ['i'] })
    expect(next()).toBe('b')
  })

  it('is none in a paused queue, except a run that was not asked to wait', () => {
    const { log, next, view } = thread()
    log.accept('a')
    log.control({ type: 'queue.changed', order: ['a'], paused: true })
    expect(next()).toBeUndefined()
    log.accept('b')
    log.control({ type: 'queue.changed', order: ['b', 'a'], paused: true, first: 'b' })
    expect(next()).toBe('b')
    log.start('b')
    log.end('b', { type: 'succeeded' })
    expect(next()).toBeUndefined()
    expect(view().queuePaused).toBe(true)
    log.control({ type: 'queue.changed', order: ['a'], paused: false })
    expect(next()).toBe('a')
  })

  it('is free of a pause once the last queued run has left, but not when a run that did not wait starts', () => {
    const { log, view } = thread()
    log.control({ type: 'queue.changed', order: [], paused: true })
    log.accept('a')
    log.control({ type: 'queue.changed', order: ['a'], paused: true, first: 'a' })
    log.start('a')
    expect(view().queuePaused).toBe(true)
    log.accept('b')
    log.start('b')
    expect(view().queuePaused).toBe(false)
  })

  it('has the messages of its last edit', () => {
    const { log, view } = thread()
    log.accept('a', words('old'))
    log.control({ type: 'queue.changed', order: ['a'], paused: false, edited: { a: words('new') } })
    expect(view()).toMatchObject({
      queue: [{ run: { parentId: 'new' }, messages: words('new') }],
      runs: [{ parentId: 'new' }],
    })
  })
})
