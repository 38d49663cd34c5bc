export { createModelAgent, type ModelAgentOptions } from './model-agent.ts'
export type { SilenceLimits } from './silence.ts'
