/** A transport whose answers tell what is unread. */
import type { InboxOverview, List, ThreadInfo, ThreadSnapshot } from '@holdfast/core'
import type { RunTransport } from '../transport/port.ts'
import type { AnswerOf, Verb } from '../transport/verbs.ts'
import type { Marks } from './marks.ts'

export function learningFrom(transport: RunTransport, marks: Marks): RunTransport {
  return {
    open: transport.open,
    async ask(verb, args, signal) {
      const asked = marks.now
      const answer = await transport.ask(verb, args, signal)
      for (const thread of threadsIn(verb, answer as AnswerOf<Verb>)) marks.learn(thread, asked)
      return answer
    },
  }
}

function threadsIn(verb: Verb, answer: AnswerOf<Verb>): readonly ThreadInfo[] {
  switch (verb) {
    case 'threads':
      return (answer as List<ThreadInfo>).items
    case 'inbox':
      return (answer as InboxOverview).threads
    case 'snapshot':
      return [(answer as ThreadSnapshot).thread]
    case 'changeThread':
      return [answer as ThreadInfo]
    default:
      return []
  }
}
