/**
 * Reports every request to an observer of the server: when it arrives, and how it was answered. Owns: the route's name,
 * the address in a path. Does not know: who observes, and is not affected by them. Never reads a body.
 */
import type { ThreadKey } from '@holdfast/core'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { Env } from './env.ts'
import { problemCodeOf } from './problem-error.ts'

export interface Asked extends Address {
  readonly method: string
  readonly header: (name: string) => string | undefined
}

export interface Answered {
  readonly method: string
  /** The pattern of the route; `unmatched` if no route matches. */
  readonly route: string
  readonly status: number
  /** The problem's code, if it is one. */
  readonly code?: string
  /** Milliseconds from the request to the response headers. */
  readonly ms: number
}

/** Neither may throw. The second is called once, when the response headers are known. */
export type Watch = (request: Asked) => (answer: Answered) => void

export interface Address extends Partial<ThreadKey> {
  readonly runId?: string
}

export function traffic(watch: Watch) {
  return createMiddleware<Env>(async (c, next) => {
    const { method } = c.req.raw
    const began = performance.now()
    const answered = watch({ method, ...addressIn(c.req.path), header: (name) => c.req.header(name) })
    let thrown = true
    try {
      await next()
      thrown = false
    } finally {
      const route = matchedRoutes(c).find((matched) => matched.method !== 'ALL')?.path ?? 'unmatched'
      const code = c.error === undefined ? undefined : problemCodeOf(c.error)
      answered({
        method,
        route,
        status: thrown ? 500 : c.res.status,
        ...(code !== undefined && { code }),
        ms: performance.now() - began,
      })
    }
  })
}

const ADDRESS =
  /^\/v1\/rooms\/(?<roomId>[A-Za-z0-9_.:-]{1,128})(?:\/threads\/(?<threadId>[A-Za-z0-9_.:-]{1,128})(?:\/runs\/(?<runId>[A-Za-z0-9_.:-]{1,128}))?)?(?:\/|$)/

/** The address in a path, as far as it consists of valid ids. */
export function addressIn(path: string): Address {
  const { roomId, threadId, runId } = ADDRESS.exec(path)?.groups ?? {}
  return { ...(roomId && { roomId }), ...(threadId && { threadId }), ...(runId && { runId }) }
}
