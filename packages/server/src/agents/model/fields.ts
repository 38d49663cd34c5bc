/**
 * Optional fields of a request. If a provider refuses one, the request is repeated without it, and the field is not
 * sent again. Owns: which fields those are, and how a refusal of one reads. Does not know: HTTP.
 */
import type { ProviderError } from './provider-error.ts'

export interface Fields {
  /** The body without the fields that this provider refuses. */
  left(body: RequestInit['body']): RequestInit['body']
  /** True: the provider refused an optional field of this body. */
  learn(body: RequestInit['body'], error: Pick<ProviderError, 'status' | 'words'>): boolean
}

/** For each field: how a refusal names it, and how a server that breaks on it reports that. */
const OPTIONAL: readonly (readonly [name: string, refused: RegExp, broken?: RegExp])[] = [
  [
    'stream_options',
    /stream_?options|include_?usage|\b(extra|unknown|unrecogni[sz]ed|unexpected|unsupported|additional) (request )?(inputs?|fields?|parameters?|arguments?|propert(y|ies)|keys?)\b/i,
    /stream_?options|include_?usage/i,
  ],
  // A model that cannot stream answers in one piece.
  [
    'stream',
    /\bstream(ing)?\b.{0,40}\b(not |un)(supported|available|allowed|permitted)|does not support stream|\bstream\b.{0,20}must be false/i,
  ],
]

/** One per provider, for the life of the process. */
export function createFields(): Fields {
  const refused = new Set<string>()
  return {
    left(body) {
      const fields = refused.size > 0 ? fieldsIn(body) : undefined
      if (!fields) return body
      for (const name of refused) delete fields[name]
      return JSON.stringify(fields)
    },
    learn(body, { status, words }) {
      if (status < 400) return false
      const fields = fieldsIn(body) ?? {}
      const found = OPTIONAL.find(
        ([name, refused, broken]) => name in fields && (status < 500 ? refused : broken)?.test(words),
      )
      if (found) refused.add(found[0])
      return found !== undefined
    },
  }
}

function fieldsIn(body: RequestInit['body']): Record<string, unknown> | undefined {
  if (typeof body !== 'string') return undefined
  return JSON.parse(body) as Record<string, unknown>
}
