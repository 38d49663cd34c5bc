/**
 * What providers and agents really send, as data (`wire.json`, and `more.json` in other spellings), and what is to come of it. Owns: the shape of a case.
 * Does not know: how it is played (`play.ts`) or judged (`replay.ts`).
 */
import { readFileSync } from 'node:fs'
import type { FailureCode } from '@holdfast/core'

export interface Chunk {
  readonly text?: string
  readonly base64?: string
  /** How often it is sent. */
  readonly times?: number
  /** Milliseconds before it is sent. */
  readonly afterMs?: number
}

export interface Answer {
  /** 0: nothing is sent. */
  readonly status: number
  /** `@date+N` is the HTTP date in N seconds; a list is sent as several lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly chunks: readonly Chunk[]
  /** `cut`: closed without the end of the chunked transfer; `open`: never. */
  readonly end: 'close' | 'reset' | 'cut' | 'open'
  /** The chunks are the whole HTTP answer. */
  readonly raw?: boolean
}

export interface Condition {
  /** The nth request of the case. */
  readonly call?: number
  readonly bodyHas?: string
  /** Two messages of one role in a row, or a system message that is not the first. */
  readonly rolesRepeat?: true
  /** A tool call whose result is missing. */
  readonly openToolCall?: true
}

export interface Expected {
  readonly outcome?: 'succeeded' | 'failed' | 'cancelled' | 'interrupted'
  readonly code?: FailureCode | readonly FailureCode[]
  /** Trimmed, like `reasoning`. */
  readonly text?: string
  readonly reasoning?: string
  /** A pattern that the failure's message matches. */
  readonly sentence?: string
  readonly maxSentence?: number
  readonly usage?: boolean
  /** The longest wait that the log shows is at least this. */
  readonly minWaitMs?: number
  /** Of the snapshot after all questions: what the assistant said in all, the tool results, the person's messages. */
  readonly answers?: string
  readonly tools?: readonly string[]
  readonly questions?: readonly string[]
  /** The first run is cancelled once its tool call is in the log. */
  readonly cancelFirst?: boolean
  /** The first run may end in any way. */
  readonly firstFails?: boolean
}

export interface Case {
  readonly name: string
  readonly kind: string
  readonly agent: 'model' | 'agui'
  readonly says: string
  readonly answer?: Answer
  /** The first whose `when` fits. */
  readonly answers?: readonly (Answer & { readonly when?: Condition })[]
  /** The ends of as many questions that are asked first. */
  readonly before?: readonly Expected[]
  /** Any one of a list is right. */
  readonly expected: Expected | readonly Expected[]
}

const FILES = ['wire.json', 'more.json']

export function casesOf(agent: Case['agent']): readonly Case[] {
  return FILES.flatMap((name) => casesIn(new URL(`./${name}`, import.meta.url))).filter((each) => each.agent === agent)
}

function casesIn(file: URL): readonly Case[] {
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }
  return cases
}
