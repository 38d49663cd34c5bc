/** What every list route does with its page. */

import type { List } from '@holdfast/core'
import type { z } from '@hono/zod-openapi'
import type { Page, PageRequest } from '../store/port.ts'
import type { HttpLimits } from './limits.ts'
import { ProblemError } from './problem-error.ts'
import type { ListQuery } from './schemas.ts'

const DEFAULT_LIMIT = 50

/** `maxListPage`: a client that asks for more gets these, and a cursor. */
export function pageRequest(
  { limit = DEFAULT_LIMIT, before }: z.infer<typeof ListQuery>,
  { maxListPage }: Pick<HttpLimits, 'maxListPage'>,
): PageRequest {
  return { limit: Math.min(limit, maxListPage), ...(before === undefined ? {} : { before }) }
}

export function listOf<T>({ items, next }: Page<T>): List<T> {
  return { items, ...(next === undefined ? {} : { next }) }
}

export const foreignBefore = () =>
  new ProblemError('invalid_cursor', 'No page returned this `before`. Start again without it.')
