/** What the demo agent does for a person who asks for sub-agents: three of them look something up side by side. */
import { type Event, EventType } from '@ag-ui/core'
import { sleep } from '../sleep.ts'
import { type Actor, announce, complete, mainActor, type Stage, say, tagOf } from './stage.ts'
import { playSubAgents, type SubAgentPlan } from './sub-agents.ts'
import { TOKEN_MS, think, tokensOf } from './talk.ts'

interface Researcher {
  readonly name: string
  readonly topics: readonly string[]
  readonly stepMs: number
  readonly words: string
}

const TEAM: readonly Researcher[] = [
  {
    name: 'librarian',
    topics: ['run', 'log', 'lease', 'cursor', 'fold', 'snapshot'],
    stepMs: 1_300,
    words: 'In the glossary, a run belongs to the server and not to the page that shows it.',
  },
  {
    name: 'archivist',
    topics: ['what was written first', 'what was read first', 'what was read twice', 'what was lost'],
    stepMs: 1_900,
    words: 'In the log, everything was written before it was read, and nothing was lost.',
  },
  {
    name: 'night watch',
    topics: ['22:00', '23:00', '00:00', '01:00', '02:00', '03:00', '04:00', '05:00'],
    stepMs: 1_100,
    words: 'It was quiet all night. All runs went on while nobody was looking.',
  },
]

export async function* talkWithTeam(question: string, stage: Stage): AsyncGenerator<Event> {
  const main = mainActor(stage)
  yield* think(
    stage,
    'This is a task for several. I ask three sub-agents, side by side, and then I sum up what they found.',
  )
  yield* playSubAgents(
    stage,
    TEAM.map((researcher) => planFor(researcher, question)),
  )
  const found = TEAM.map(({ name, words }) => `- **${name}:** ${words}`).join('\n')
  const text =
    `That is what my sub-agents were asked to find:\n\n${found}\n\nEach of them has its own steps, which you can open ` +
    'above, and each can be stopped alone. If you stopped one, the others did not notice.'
  yield* say(main, () => tokensOf(text), TOKEN_MS)
}

function planFor({ name, topics, stepMs, words }: Researcher, question: string): SubAgentPlan {
  const asked = Array.from(question.trim()).slice(0, 200).join('')
  return {
    name,
    prompt: `The person asks: “${asked}”. Find out what you know about it as a ${name}, and report in one sentence.`,
    async *act(actor) {
      yield* consider(actor, `I look up ${topics.length} things, one after another.`)
      for (const [n, topic] of topics.entries()) {
        const args = JSON.stringify({ query: topic })
        const toolCallId = yield* announce(actor, { name: 'look_up', args }, undefined)
        await sleep(actor.clock, stepMs, actor.signal)
        yield* complete(actor, toolCallId, JSON.stringify({ found: n + 1, about: topic }))
      }
      yield* say(actor, () => tokensOf(words), TOKEN_MS)
      return words
    },
  }
}

function* consider(actor: Actor, delta: string): Generator<Event> {
  const messageId = actor.newId()
  const tag = tagOf(actor)
  yield { type: EventType.REASONING_START, messageId, ...tag }
  yield { type: EventType.REASONING_MESSAGE_START, messageId, role: 'reasoning', ...tag }
  yield { type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta, ...tag }
  yield { type: EventType.REASONING_MESSAGE_END, messageId, ...tag }
  yield { type: EventType.REASONING_END, messageId, ...tag }
}
