/** HOLDFAST_CONFIG of the server in `acting.ts`: agents that say one of its workloads as fast as the server takes it. */
import { type AgentDefinition, defineAgent, defineConfig } from '@holdfast/server'
import { plainSteps, shortTexts, subAgents, toolSteps, type Workload } from './fold-workload.ts'

type Said = ReturnType<AgentDefinition['run']> extends AsyncIterable<infer E> ? E : never

export const WORKLOADS = {
  texts: shortTexts(1_334),
  tools: toolSteps(1_000),
  one: plainSteps(20, 500),
  children: subAgents(20, 500),
} satisfies Readonly<Record<string, Workload>>

/** The server writes the first and the last event of a run itself. */
function speaking(id: string, { events }: Workload) {
  const said = events.slice(1, -1) as readonly Said[]
  return defineAgent({
    id,
    async *run() {
      yield* said
    },
  })
}

export default defineConfig({ agents: Object.entries(WORKLOADS).map(([id, workload]) => speaking(id, workload)) })
