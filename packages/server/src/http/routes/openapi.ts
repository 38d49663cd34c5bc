/** The API document, for generating clients and for reading. */
import { z } from '@hono/zod-openapi'
import { documentOf } from '../document.ts'
import type { Api } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { replyText } from '../reply.ts'

export function openapi(api: Api): void {
  let text: string | undefined
  api.openapi(
    operation({
      method: 'get',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'This document',
      problems: [],
      responses: { 200: answer('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })) },
    }),
    () => {
      // All routes are registered by the first request.
      text ??= JSON.stringify(documentOf(api))
      return replyText(text)
    },
  )
}
