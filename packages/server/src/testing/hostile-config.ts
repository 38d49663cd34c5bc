/** HOLDFAST_CONFIG of a server process with the whole zoo in it, and limits that are reached soon. */
import { defineConfig } from '../process/config-module.ts'
import { systemClock } from '../process/system-clock.ts'
import { hostileAgents } from './hostile-agents.ts'

export default defineConfig({
  agents: hostileAgents(systemClock).map(({ agent }) => agent),
  limits: { run: { maxEvents: 50_000, maxBytes: 4 << 20, maxSilenceMs: 2_000, maxRunMs: 10_000 } },
})
