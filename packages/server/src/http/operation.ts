/**
 * An operation of the API: its guard, and what the document shows of it: its input, its responses, and every problem it
 * may return instead, by code. The document is generated from these alone.
 */
import { PROBLEM_CONTENT_TYPE, PROBLEM_STATUS, type ProblemCode } from '@holdfast/core'
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { guardOf, type OperationId } from './actions.ts'
import { guarded } from './guarded.ts'
import { PROBLEM_MEANING } from './problem-meaning.ts'

interface Documented {
  /** Its action is in `./actions.ts`. */
  readonly operationId: OperationId
  readonly summary: string
  /** In addition to the problems of every operation with its method. */
  readonly problems: readonly ProblemCode[]
}

const ALWAYS: readonly ProblemCode[] = [
  'foreign_host',
  'internal',
  'storage_busy',
  'storage_failed',
  'storage_lost',
  'draining',
]
const WRITING: readonly ProblemCode[] = [
  'foreign_origin',
  'unsupported_media_type',
  'malformed_json',
  'body_too_large',
  'too_deep',
  'invalid',
  'storage_full',
]

const GUARDED: readonly ProblemCode[] = ['unauthorized', 'not_found']

const CODES = Object.keys(PROBLEM_STATUS) as [ProblemCode, ...ProblemCode[]]

const Problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.enum(CODES),
    detail: z.string(),
    runId: z.string().optional(),
    messageId: z.string().optional(),
    interruptIds: z.array(z.string()).optional(),
    firstSeq: z.int().optional(),
    head: z.int().optional(),
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem')

export function operation<P extends string, R extends Omit<RouteConfig, 'path'> & { path: P } & Documented>(config: R) {
  const { problems, ...route } = config
  const id = route.operationId
  const codes = new Set([
    ...problems,
    ...ALWAYS,
    ...(route.method === 'get' ? [] : WRITING),
    ...(guardOf(id) ? GUARDED : []),
  ])
  const responses = { ...route.responses, ...problemResponses([...codes]) }
  const all = { ...route, middleware: guarded(id), responses }
  // The type holds only the route's own responses, because problems are thrown, never returned.
  return createRoute<P, R>(all as unknown as R)
}

/** A JSON response. Its type leaves the content open, so a handler may return ready bytes. */
export function answer(description: string, schema: z.ZodType): { readonly description: string } {
  const content = { 'application/json': { schema } }
  return Object.assign({ description }, { content })
}

/** A response that is a stream. */
export function stream(description: string): { readonly description: string } {
  return Object.assign({ description }, { content: { 'text/event-stream': { schema: z.string() } } })
}

function problemResponses(codes: readonly ProblemCode[]): Record<number, object> {
  const byStatus = Map.groupBy(codes.toSorted(), (code) => PROBLEM_STATUS[code])
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${PROBLEM_MEANING[code]}`).join(' '),
        content: { [PROBLEM_CONTENT_TYPE]: { schema: Problem } },
        'x-problem-codes': group,
      },
    ]),
  )
}
