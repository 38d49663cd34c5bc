/** Checks the control records of an untrusted file, as far as the fold and the rows depend on them. */
import type { ControlEvent } from '@holdfast/core'
import { isId } from '@holdfast/core'
import { z } from 'zod'

const Id = z.string().refine(isId)
const Words = z.string().max(64 * 1024)
const Messages = z.array(z.looseObject({ id: z.string(), role: z.string() }))

const Outcome = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('succeeded') }),
  z.strictObject({ type: z.literal('failed'), code: z.string().max(64), message: Words }),
  z.strictObject({ type: z.literal('cancelled'), by: Words, reason: Words.optional() }),
  z.strictObject({ type: z.literal('interrupted'), interrupts: z.array(z.looseObject({ id: z.string() })) }),
  z.strictObject({ type: z.literal('superseded'), by: Words }),
])

const Control = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run.accepted'),
    run: z.strictObject({
      runId: Id,
      agentId: Id,
      status: z.literal('queued'),
      parentId: z.string().optional(),
      retryOf: Id.optional(),
      continues: Id.optional(),
      acceptedAt: z.iso.datetime(),
      position: z.number().optional(),
    }),
    messages: Messages.optional(),
  }),
  z.strictObject({
    type: z.literal('run.status'),
    status: z.enum(['running', 'cancelling']),
    resumed: z.int().min(1).optional(),
  }),
  z.strictObject({ type: z.literal('run.cancel-requested'), by: Words, reason: Words.optional() }),
  z.strictObject({ type: z.literal('run.ended'), outcome: Outcome }),
  z.strictObject({
    type: z.literal('queue.changed'),
    order: z.array(Id),
    paused: z.boolean(),
    heldBy: z.enum(['stop', 'failure']).optional(),
    first: Id.optional(),
    edited: z.record(Id, Messages).optional(),
  }),
  z.strictObject({
    type: z.literal('interrupts.resolved'),
    by: Words,
    interruptIds: z.array(z.string()),
    status: z.enum(['answered', 'cancelled', 'expired']).optional(),
  }),
  z.strictObject({ type: z.literal('subagent.cancel-requested'), subagentRunId: z.string(), by: Words }),
  z.strictObject({ type: z.literal('subagents.pruned'), ofRun: Id, subagentRunIds: z.array(z.string()) }),
  z.strictObject({
    type: z.literal('thread.changed'),
    title: Words.optional(),
    mutedUntil: z.iso.datetime().nullable().optional(),
    archived: z.boolean().optional(),
  }),
])

export function isControlEvent(event: unknown): event is ControlEvent {
  return Control.safeParse(event).success
}
