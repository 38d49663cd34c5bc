/**
 * What an MCP tool answered, as JSON or text for a model. Pure. Whatever cannot be shown as text leaves a line in square
 * brackets that says so.
 */
import { isDeepStrictEqual } from 'node:util'
import type { CallToolResult } from '@modelcontextprotocol/client'

type Block = Readonly<Record<string, unknown>>

/** The result is structured content where the text only repeats it, otherwise text. */
export function readResult({ content, structuredContent }: CallToolResult): unknown {
  const blocks = content as readonly Block[]
  const text = blocks.map(textOf).join('\n')
  if (structuredContent === undefined) return text
  const [only] = blocks
  const repeats = only === undefined || (blocks.length === 1 && isRepeatedBy(only, structuredContent))
  return repeats ? structuredContent : `${text}\n${JSON.stringify(structuredContent)}`
}

function textOf(block: Block): string {
  switch (block.type) {
    case 'text':
      return said(block.text)
    case 'image':
      return `[An image, ${kindOf(block)}, ${sizeOf(block.data)}: left out, because only text is passed on.]`
    case 'audio':
      return `[A sound, ${kindOf(block)}, ${sizeOf(block.data)}: left out, because only text is passed on.]`
    case 'resource':
      return resource((block.resource ?? {}) as Block)
    case 'resource_link':
      return `[A link to ${said(block.uri)}${block.name === undefined ? '' : ` (${said(block.name)})`}.]`
    default:
      return `[Content of the unknown type ${JSON.stringify(said(block.type))}: left out.]`
  }
}

function resource(found: Block): string {
  const where = `${said(found.uri)}, ${kindOf(found)}`
  return typeof found.text === 'string'
    ? `[The resource ${where}:]\n${found.text}`
    : `[The resource ${where}, ${sizeOf(found.blob)}: left out, because only text is passed on.]`
}

const said = (value: unknown) => (typeof value === 'string' ? value : '')
const kindOf = ({ mimeType }: Block) => said(mimeType) || 'of an unknown kind'

function sizeOf(base64: unknown): string {
  const bytes = Math.floor((said(base64).length * 3) / 4)
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} kB`
}

/** Servers write the structured content into the text for clients that do not read it: as JSON, or its only value. */
function isRepeatedBy({ type, text }: Block, structured: unknown): boolean {
  if (type !== 'text' || typeof text !== 'string' || typeof structured !== 'object' || structured === null) return false
  const values = Object.values(structured)
  if (values.length === 1 && values[0] === text) return true
  try {
    return isDeepStrictEqual(JSON.parse(text), structured)
  } catch {
    return false
  }
}
