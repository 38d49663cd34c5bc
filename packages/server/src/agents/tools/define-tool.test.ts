import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineTool, type ToolDefinition } from './define-tool.ts'
import type { ApprovalContext } from './port.ts'

const base: ToolDefinition = {
  name: 'send',
  description: 'Sends a letter.',
  input: z.object({ to: z.string(), copies: z.number().default(1) }),
  effect: 'effect',
  execute: async (input) => input,
}

const context: ApprovalContext = {
  signal: new AbortController().signal,
  tenantId: 't',
  roomId: 'r',
  threadId: 'th',
  runId: 'ru',
  toolCallId: 'c',
  key: 'k',
}

describe('defineTool', () => {
  it('describes the input to a model as JSON Schema, with what a default fills in left out', () => {
    expect(defineTool(base).inputSchema).toMatchObject({
      type: 'object',
      properties: { to: { type: 'string' }, copies: { type: 'number', default: 1 } },
      required: ['to'],
    })
  })

  it('parses arguments by the schema, and says in words what is wrong with them', async () => {
    const tool = defineTool(base)
    expect(await tool.parse({ to: 'a' })).toEqual({ type: 'ok', input: { to: 'a', copies: 1 } })
    expect(await tool.parse({ to: 7 })).toEqual({ type: 'wrong', message: expect.stringContaining('at to') })
    for (const odd of [undefined, null, 'x', []]) expect((await tool.parse(odd)).type).toBe('wrong')
  })

  it.each<readonly [string, unknown, boolean]>([
    ['absent', undefined, false],
    ['never', 'never', false],
    ['always', 'always', true],
    ['a function', () => true, true],
    ['a function that says no', async () => false, false],
    ['a function that returns nothing', () => undefined, true],
  ])('asks for approval when it is %s', async (_, approval, expected) => {
    const tool = defineTool({ ...base, approval } as ToolDefinition)
    expect(await tool.needsApproval({ to: 'a' }, context)).toBe(expected)
  })

  it.each<readonly [string, Record<string, unknown>, RegExp]>([
    ['an empty name', { name: '' }, /tool name ""/],
    ['a name that providers refuse', { name: 'a/b' }, /tool name "a\/b"/],
    ['a name of 65 characters', { name: 'x'.repeat(65) }, /1–64/],
    ['no description', { description: ' ' }, /"send" has no description/],
    ['no effect', { effect: undefined }, /has no effect/],
    ['an unknown effect', { effect: 'write' }, /has no effect/],
    ['an unknown approval', { approval: 'sometimes' }, /approval/],
    ['a time-out of 0', { timeoutMs: 0 }, /timeoutMs/],
    ['a time-out that no timer keeps', { timeoutMs: 2 ** 31 }, /timeoutMs/],
    ['a time to approve that is no number', { approvalTtlMs: Number.NaN }, /approvalTtlMs/],
    ['no function', { execute: 1 }, /execute/],
    ['an input that is no schema', { input: { to: 'string' } }, /zod object/],
    ['an input that is no object', { input: z.string() }, /zod object/],
    ['an input that JSON cannot hold', { input: z.object({ on: z.date() }) }, /JSON cannot describe/],
  ])('refuses %s at once', (_, wrong, sentence) => {
    const define = () => defineTool({ ...base, ...wrong } as ToolDefinition)
    expect(define).toThrow(TypeError)
    expect(define).toThrow(sentence)
  })

  it('takes the longest name and the longest time-out', () => {
    const tool = defineTool({ ...base, name: 'x'.repeat(64), timeoutMs: 2 ** 31 - 1 })
    expect(tool).toMatchObject({ name: 'x'.repeat(64), timeoutMs: 2 ** 31 - 1 })
  })
})
