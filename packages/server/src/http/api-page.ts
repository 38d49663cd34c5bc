/** Generates docs/API.md from the API document. */
import { PROBLEM_STATUS } from '@holdfast/core'
import type { ApiDocument } from './document.ts'
import { PROBLEM_MEANING } from './problem-meaning.ts'

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: object }>> }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly 'x-problem-codes'?: string[] }>>
}

const HEAD = `# The API, operation by operation

Made by \`node scripts/api-docs.ts\` from the routes themselves; do not edit. [PROTOCOL.md](PROTOCOL.md) says what a client may
rely on, \`GET /openapi.json\` is the same for programs.
`

export function apiPage(document: ApiDocument): string {
  const operations = operationsOf(document).map(({ method, path, operation }) => section(method, path, operation))
  return `${[HEAD, ...operations, problems()].join('\n')}`
}

/** Every operation of a document, in document order. */
export function operationsOf({ paths = {} }: ApiDocument) {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => ({ method, path, operation: operation as Operation })),
  )
}

function section(method: string, path: string, operation: Operation): string {
  const { summary = '', operationId = '', parameters = [], requestBody, responses } = operation
  const query = parameters.filter((one) => one.in !== 'path').map(({ name }) => `\`${name}\``)
  const fields = Object.entries(requestBody?.content ?? {}).flatMap(([, { schema }]) => fieldsOf(schema))
  const answers = Object.entries(responses)
  const own = answers.filter(([, one]) => !one['x-problem-codes'])
  const codes = answers.flatMap(([, one]) => one['x-problem-codes'] ?? [])
  return [
    `## \`${method.toUpperCase()} ${path}\``,
    '',
    `${summary}. \`${operationId}\``,
    '',
    ...(query.length > 0 ? [`- takes ${query.join(', ')}`] : []),
    ...(fields.length > 0 ? [`- body \`{${fields.join(', ')}}\``] : []),
    ...own.map(([status, { description }]) => `- **${status}** ${description}`),
    `- problems: ${codes.map((code) => `\`${code}\``).join(' ')}`,
    '',
  ].join('\n')
}

function fieldsOf(schema: object | undefined): string[] {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: object; required?: string[] }
  return Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`))
}

function problems(): string {
  const rows = Object.entries(PROBLEM_STATUS).map(
    ([code, status]) => `| \`${code}\` | ${status} | ${PROBLEM_MEANING[code as keyof typeof PROBLEM_STATUS]} |`,
  )
  return ['## Problems', '', 'The list is closed.', '', '| code | status | means |', '|---|---|---|', ...rows, ''].join(
    '\n',
  )
}
