export { type ConfiguredAgent, type ConfiguredOptions, createConfiguredAgents } from './configured.ts'
export { createModelAgent, DEFAULT_MODEL_LIMITS, type ModelAgentOptions, type ModelLimits } from './model-agent.ts'
export type { WaitLimits } from './waiting.ts'
