/**
 * MCP servers as a ToolSource: `files/read_file` is the tool `read_file` of the server `files`. Owns: the servers, and what
 * they look like to the loop. A server that cannot start has no tools and is tried again; the others do not notice.
 */
import type { Clock } from '@holdfast/core'
import type { JsonObject, Tool, ToolSource } from '../tools/port.ts'
import { type McpServersConfig, secretsOf } from './config.ts'
import { totalMs } from './connection.ts'
import { createParse, type ListedTool } from './listed-tools.ts'
import { readResult } from './result.ts'
import { createMcpServer, type McpServer, type McpServerState } from './server.ts'

export interface McpSourceOptions {
  readonly servers: McpServersConfig
  readonly clock: Clock
  readonly random?: () => number
  /** Bytes of one message of a server. Default 10 MiB. */
  readonly maxMessageBytes?: number
  /** Returns a function that removes these values from a text. */
  readonly scrubOf: (secrets: readonly string[]) => (text: string) => string
  /** A line of a server's stderr, or about something that it should not have sent. A bounded number of bounded length. */
  onWords?(server: string, words: string): void
}

export interface McpSource extends ToolSource {
  states(): Readonly<Record<string, McpServerState>>
  /** Called at once with every state, and then with each new one. */
  subscribe(hear: (server: string, state: McpServerState) => void): void
}

/** Milliseconds for the loop's own time-out to come after the server's. */
const AFTER_MS = 5_000

export function createMcpSource(options: McpSourceOptions): McpSource {
  const { clock, random = Math.random, maxMessageBytes = 10 << 20, scrubOf, onWords } = options
  const listeners: ((server: string, state: McpServerState) => void)[] = []
  const servers = Object.entries(options.servers).map(([name, config]) => ({
    config,
    server: createMcpServer({
      name,
      config,
      clock,
      random,
      maxMessageBytes,
      scrub: scrubOf(secretsOf(config)),
      onState(state) {
        for (const hear of listeners) hear(name, state)
      },
      onWords: (words) => onWords?.(name, words),
    }),
    /** Tools as the loop sees them, made once for each that is listed. */
    made: new WeakMap<ListedTool, Tool>(),
  }))

  return {
    async tools() {
      const lists = await Promise.all(
        servers.map(async ({ server, config, made }) =>
          (await server.tools()).map((listed) => {
            const tool = made.get(listed) ?? createTool(server, listed, totalMs(config) + AFTER_MS)
            made.set(listed, tool)
            return tool
          }),
        ),
      )
      return lists.flat()
    },
    subscribe(hear) {
      listeners.push(hear)
      for (const { server } of servers) hear(server.name, server.state)
    },
    states: () => Object.fromEntries(servers.map(({ server }) => [server.name, server.state])),
    async close() {
      await Promise.all(servers.map(({ server }) => server.close()))
    },
  }
}

function createTool(server: McpServer, listed: ListedTool, timeoutMs: number): Tool {
  const { name, description, inputSchema, effect } = listed
  return {
    name: `${server.name}/${name}`,
    description,
    inputSchema,
    effect,
    timeoutMs,
    parse: createParse(inputSchema),
    needsApproval: async () => false,
    async execute(input, context) {
      const result = await server.call(listed, input as JsonObject, context)
      const read = readResult(result)
      if (result.isError) throw new Error(typeof read === 'string' ? read : JSON.stringify(read))
      return read
    },
  }
}
