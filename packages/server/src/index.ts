export type { Agent, AgentCatalogue, AgentContext } from './agents/port.ts'
export type * from './store/port.ts'
