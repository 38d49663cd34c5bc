/**
 * Converts a person's input to parts that an OpenAI-compatible provider accepts: text, pictures, sound (WAV, MP3),
 * video, PDF and text files. URLs are passed on unchanged: this server fetches nothing that a message names.
 */
import type { ContentPart } from '@ag-ui/core'
import type { FilePart, TextPart } from 'ai'
import { AgentFailure } from '../failure.ts'

/** @throws AgentFailure for input that no such provider accepts */
export function toUserContent(content: string | readonly ContentPart[]): string | (TextPart | FilePart)[] {
  if (typeof content === 'string') return content
  const parts = content.map(toPart)
  return parts.every((part) => part.type === 'text') ? parts.map((part) => part.text).join('') : parts
}

function toPart(part: ContentPart): TextPart | FilePart {
  if (part.type === 'text') return { type: 'text', text: part.text }
  const { type, source } = part
  if (source.type === 'file') return cannotRead(`a file that lies with ${source.provider ?? 'a provider'}`)
  const inline = source.type === 'data' ? { data: source.value, mediaType: source.mimeType } : dataUrl(source.value)
  if (inline) return fromData(type, inline)
  const mediaType = ('mimeType' in source && source.mimeType) || `${type}/*`
  if (type !== 'image' && type !== 'video') return cannotRead(`${mediaType} by address`)
  if (!URL.canParse(source.value) || !/^https?:/i.test(source.value)) return cannotRead('this address of a file')
  return { type: 'file', data: new URL(source.value), mediaType }
}

interface Inline {
  /** Base64. */
  readonly data: string
  readonly mediaType: string
}

function fromData(type: Exclude<ContentPart['type'], 'text'>, { data, mediaType }: Inline): TextPart | FilePart {
  const media = mediaType.toLowerCase()
  if (media.startsWith('text/')) return { type: 'text', text: Buffer.from(data, 'base64').toString('utf8') }
  const taken =
    (type === 'image' && media.startsWith('image/')) ||
    (type === 'video' && media.startsWith('video/')) ||
    (type === 'audio' && /^audio\/(wav|mp3|mpeg)$/.test(media)) ||
    (type === 'document' && media === 'application/pdf')
  return taken ? { type: 'file', data, mediaType: media } : cannotRead(media)
}

/** RFC 2397, base64 only. */
function dataUrl(value: string): Inline | undefined {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/is.exec(value) ?? []
  return mediaType !== undefined && data !== undefined ? { data, mediaType } : undefined
}

function cannotRead(what: string): never {
  throw new AgentFailure('agent_error', `The model cannot take ${what.slice(0, 100)}. Ask again without it.`)
}
