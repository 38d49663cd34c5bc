/** The server of the pictures: an agent that plays scripted answers, and limits that a picture can reach. */
import { contentToText } from '@ag-ui/core'
import { AgentFailure, defineAgent, defineConfig } from '@holdfast/server'
import { PLAYS, type Play } from './plays.ts'

const plays: Readonly<Record<string, Play>> = PLAYS

const pilot = defineAgent({
  id: 'pilot',
  title: 'Pilot',
  description: 'Plays what a picture is taken of.',
  async *run({ messages, threadId, runId }, { signal }) {
    const asked = messages.findLast((message) => message.role === 'user')
    const question = asked?.role === 'user' ? contentToText(asked.content) : ''
    const play = plays[question] ?? plays['Say it in a sentence']
    if (!play) throw new AgentFailure('agent_error', 'There is no such play.')
    yield* play(signal, { threadId, runId })
  },
})

/** Low for the pictures of runs that wait. */
const AT_ONCE = Number(process.env.SCREENS_AT_ONCE ?? 100)

export default defineConfig({
  agents: [pilot],
  defaultAgent: 'pilot',
  limits: { maxRunsPerPerson: AT_ONCE, cancelGraceMs: 60_000, run: { maxEvents: 300 } },
})
