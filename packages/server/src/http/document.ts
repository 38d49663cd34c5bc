/** The OpenAPI 3.1 document, generated from the routes. */
import type { Api } from './env.ts'

const INFO = {
  title: 'Holdfast',
  version: '1',
  description: 'AI runs that keep going when the user looks away. docs/PROTOCOL.md says what clients may rely on.',
}

export type ApiDocument = ReturnType<Api['getOpenAPI31Document']>

export function documentOf(api: Api): ApiDocument {
  return api.getOpenAPI31Document({ openapi: '3.1.0', info: INFO })
}
