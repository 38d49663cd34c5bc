/** MCP servers for tests: real ones from npm, and one that misbehaves. */
import { fileURLToPath } from 'node:url'
import { createScrub } from '../../../operate/secrets.ts'
import { systemClock } from '../../../process/system-clock.ts'
import type { Tool, ToolContext } from '../../tools/port.ts'
import type { McpServersConfig, StdioServer } from '../config.ts'
import { createMcpSource, type McpSource } from '../source.ts'

const inPackage = (path: string) => fileURLToPath(new URL(`../../../../../../node_modules/${path}`, import.meta.url))

export const EVERYTHING = inPackage('@modelcontextprotocol/server-everything/dist/index.js')
const FILESYSTEM = inPackage('@modelcontextprotocol/server-filesystem/dist/index.js')
const HOSTILE = fileURLToPath(new URL('./hostile-server.ts', import.meta.url))

export const everything: StdioServer = { command: process.execPath, args: [EVERYTHING, 'stdio'] }
export const filesystem = (directory: string): StdioServer => ({
  command: process.execPath,
  args: [FILESYSTEM, directory],
})
export const hostile = (start = 'well', file = ''): StdioServer => ({
  command: process.execPath,
  args: [HOSTILE, start, file],
})

export interface McpWorld {
  readonly source: McpSource
  /** `server: state` for each change, with the reason. */
  readonly states: string[]
  readonly words: string[]
  tool(name: string): Promise<Tool>
  call(name: string, input?: object, context?: Partial<ToolContext>): Promise<unknown>
}

/** `until` of vitest, without its types. */
export function mcpWorld(servers: McpServersConfig): McpWorld {
  const states: string[] = []
  const words: string[] = []
  const source = createMcpSource({
    servers,
    clock: systemClock,
    random: () => 0,
    scrubOf: createScrub,
    onWords: (server, line) => words.push(`${server}: ${line}`),
  })
  source.subscribe((server, state) => states.push(`${server}: ${state.type === 'waiting' ? state.reason : state.type}`))
  async function tool(name: string): Promise<Tool> {
    const found = (await source.tools()).find((each) => each.name === name)
    if (!found) throw new Error(`There is no tool ${name}.`)
    return found
  }
  return {
    source,
    states,
    words,
    tool,
    async call(name, input = {}, context = {}) {
      const found = await tool(name)
      const parsed = await found.parse(input)
      if (parsed.type === 'wrong') throw new Error(parsed.message)
      return found.execute(parsed.input, { ...CONTEXT, ...context })
    },
  }
}

const CONTEXT: ToolContext = {
  signal: new AbortController().signal,
  tenantId: 'local',
  roomId: 'default',
  threadId: 't',
  runId: 'r',
  toolCallId: 'call-1',
  key: 'key-1',
  progress: () => {},
}
