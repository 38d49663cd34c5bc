/** The OpenAPI 3.1 document, made of the routes themselves. */
import type { Api } from './env.ts'

const INFO = {
  title: 'Holdfast',
  version: '1',
  description: 'AI runs that stay alive when nobody looks. docs/PROTOCOL.md says what a client may rely on.',
}

export type ApiDocument = ReturnType<Api['getOpenAPI31Document']>

export function documentOf(api: Api): ApiDocument {
  return api.getOpenAPI31Document({ openapi: '3.1.0', info: INFO })
}
