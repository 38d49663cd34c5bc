/**
 * The fields of a request that an answer does not depend on. A provider that refuses one is asked again without it, and
 * is not sent it any more. Owns: which those are, and how a refusal of one reads. Does not know: HTTP.
 */
import type { ProviderError } from './provider-error.ts'

export interface Fields {
  /** The body without what this provider does not take. */
  left(body: RequestInit['body']): RequestInit['body']
  /** True: the provider has refused a field of this body that it can do without. */
  learn(body: RequestInit['body'], error: Pick<ProviderError, 'status' | 'words'>): boolean
}

/** Of each: what a refusal says that is about it, and what a server says that breaks on it. */
const OPTIONAL: readonly (readonly [name: string, refused: RegExp, broken?: RegExp])[] = [
  [
    'stream_options',
    /stream_?options|include_?usage|\b(extra|unknown|unrecogni[sz]ed|unexpected|unsupported|additional) (request )?(inputs?|fields?|parameters?|arguments?|propert(y|ies)|keys?)\b/i,
    /stream_?options|include_?usage/i,
  ],
  // What cannot stream answers in one piece.
  [
    'stream',
    /\bstream(ing)?\b.{0,40}\b(not |un)(supported|available|allowed|permitted)|does not support stream|\bstream\b.{0,20}must be false/i,
  ],
]

/** Of one provider, for as long as the process lives. */
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
