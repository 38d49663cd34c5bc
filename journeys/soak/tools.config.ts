/**
 * HOLDFAST_CONFIG of the server of `tools-loop.ts`: model agents with the tools of real MCP servers, whose calls are
 * counted on their way.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig, modelAgent } from '@holdfast/server'

const { SOAK_CALLS = '', SOAK_FILES = '' } = process.env
const tap = fileURLToPath(new URL('tap.ts', import.meta.url))
const programOf = (name: string) =>
  fileURLToPath(new URL(`../../node_modules/@modelcontextprotocol/server-${name}/dist/index.js`, import.meta.url))
const tapped = (name: string, ...args: readonly string[]) => ({
  command: process.execPath,
  args: [tap, SOAK_CALLS, process.execPath, programOf(name), ...args],
})
const tools = ['files/*', 'everything/*']

export default defineConfig({
  mcpServers: { files: tapped('filesystem', SOAK_FILES), everything: tapped('everything') },
  agents: [
    modelAgent({ id: 'worker', tools, subAgents: ['helper'] }),
    modelAgent({ id: 'helper', instructions: 'You help.', tools }),
  ],
})
