/** The notices of a person: a list of them, who may show one, and clearing them. */

import type { List, NoticeInfo } from '@holdfast/core'
import { NoticeShape, NoticesShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { answer, operation } from '../operation.ts'
import { absent, ProblemError } from '../problem-error.ts'
import { nothing, reply } from '../reply.ts'
import { ClaimNotice, json, NoticeListQuery, NoticeParams } from '../schemas.ts'

export function notices(api: Api, { store, limits }: Pick<Parts, 'store' | 'limits'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/notices',
      operationId: 'listNotices',
      summary: 'The newest notices of the person who asks',
      problems: ['invalid', 'invalid_cursor', 'not_found'],
      request: { query: NoticeListQuery },
      responses: { 200: answer('Newest first. Only the newest 100 of a person are kept.', NoticesShape) },
    }),
    async (c) => {
      const { kind, unread, ...query } = c.req.valid('query')
      const page = await store.notices.list(c.var.principal, {
        ...pageRequest(query, limits),
        ...(kind !== undefined && { kind }),
        unread,
      })
      if (page.type === 'invalid_cursor') throw foreignBefore()
      return reply<List<NoticeInfo>>(listOf(page))
    },
  )

  api.openapi(
    operation({
      method: 'delete',
      path: '/v1/notices',
      operationId: 'clearNotices',
      summary: 'Remove all notices of the person who asks',
      problems: ['not_found'],
      request: {},
      responses: { 204: { description: 'They are gone, and none of them is shown any more.' } },
    }),
    async (c) => {
      await store.notices.remove(c.var.principal, 'all')
      return nothing()
    },
  )

  api.openapi(
    operation({
      method: 'delete',
      path: '/v1/notices/{noticeId}',
      operationId: 'removeNotice',
      summary: 'Remove one notice',
      problems: ['invalid', 'not_found'],
      request: { params: NoticeParams },
      responses: { 204: { description: 'It is gone, now or earlier.' } },
    }),
    async (c) => {
      await store.notices.remove(c.var.principal, c.req.valid('param'))
      return nothing()
    },
  )

  api.openapi(
    operation({
      method: 'post',
      path: '/v1/notices/{noticeId}/claim',
      operationId: 'claimNotice',
      summary: 'Whether this device may show the notice',
      problems: ['not_found', 'notice_claimed', 'notice_withdrawn'],
      request: { params: NoticeParams, body: { ...json(ClaimNotice), required: true } },
      responses: { 200: answer('This device shows it, and no other one.', NoticeShape) },
    }),
    async (c) => {
      const { noticeId } = c.req.valid('param')
      const claim = await store.notices.claim(c.var.principal, noticeId, c.req.valid('json').deviceId)
      switch (claim.type) {
        case 'notice':
          return reply<NoticeInfo>(claim.notice)
        case 'claimed':
          throw new ProblemError('notice_claimed', 'Another device has the notice. Do not show it.')
        case 'withdrawn':
          throw new ProblemError('notice_withdrawn', 'The person has read what the notice is about. Do not show it.')
        case 'not_found':
          throw absent(claim)
      }
    },
  )
}
