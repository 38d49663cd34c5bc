/** The form of what a page without a server answers. */
import type { AnswerOf, ArgsOf, Verb } from '../transport/verbs.ts'

/** A verb without an answer here needs a server. */
export type Answers = { readonly [V in Verb]?: (...args: ArgsOf<V>) => Promise<AnswerOf<V>> }
