/**
 * A notice without an address, or with a foreign one, is visible to an operator: counted, and logged with type and
 * reason.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createManualClock } from '@holdfast/core/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { createStrictBus } from '../bus/strict-bus.ts'
import { createLogger } from '../operate/logger.ts'
import type { Notice } from '../store/port.ts'
import { createJournal } from './journal.ts'
import { createOperations, type Operations } from './operations.ts'

const KEY = { tenantId: 'acme', roomId: 'r', threadId: 't' }
let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-misaddressed-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

it('S001-7 S001-49 S001-16 is counted with its reason, logged with type, reason and address, and delivered to no one', async () => {
  const lines: string[] = []
  const logger = createLogger({ level: 'info', form: 'json', write: (line) => lines.push(line) })
  const journal = createJournal(logger)
  const bus = createStrictBus(createInProcessBus({ onListenerError: vi.fn() }), (one) => operations.dropped(one))
  const heard = vi.fn()
  bus.subscribe(heard)
  const operations: Operations = createOperations({
    bus,
    clock: createManualClock(),
    dataDirectory: directory,
    watched: () => ({
      engine: { active: 0 },
      feed: { watching: { readers: 0, threads: 0 }, sent: { bytes: 0, records: 0 } },
      store: { counts: async () => ({ runs: { queued: 0, running: 0, cancelling: 0 } }) },
    }),
    log: journal.engine,
    listener: journal,
    onFault: vi.fn(),
  })
  bus.publish({ type: 'run.ended', runId: 'x' } as unknown as Notice)
  const frames = new TextEncoder().encode('id: 1\ndata: {"v":1,"roomId":"r","threadId":"u"}\n\n')
  bus.publish({ type: 'thread.more', key: KEY, firstSeq: 1, lastSeq: 1, frames })
  const lease = { ...KEY, runId: 'x', epoch: 1 }
  operations.engineLog({ type: 'address_drift', lease, where: 'agent', field: 'runId', event: 'RUN_FINISHED' })

  expect(heard).not.toHaveBeenCalled()
  const { text } = await operations.metrics()
  for (const labels of [
    'where="notice",reason="missing"',
    'where="notice",reason="foreign"',
    'where="agent",reason="foreign"',
  ])
    expect(text).toContain(`holdfast_misaddressed_total{${labels}} 1`)
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'error', where: 'notice', type: 'run.ended', reason: 'missing' },
    { level: 'error', where: 'notice', type: 'thread.more', reason: 'foreign', ...KEY },
    { level: 'error', where: 'agent', type: 'RUN_FINISHED', reason: 'foreign', field: 'runId', ...KEY, runId: 'x' },
  ])
  await operations.close()
})
