/** The document of the API, for whoever generates a client or looks around. */
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
      // When it is first asked for all routes are there.
      text ??= JSON.stringify(documentOf(api))
      return replyText(text)
    },
  )
}
