/**
 * The MCP servers of a server process: those of HOLDFAST_MCP and of the config module together. Owns: reading the file.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Clock } from '@holdfast/core'
import { McpConfigError, type McpServersConfig, readMcpFile } from '../agents/mcp/config.ts'
import { createMcpSource, type McpSource } from '../agents/mcp/source.ts'
import type { Tool } from '../agents/tools/port.ts'
import { createScrub } from '../operate/secrets.ts'
import { type Config, ConfigError, type Environment } from './config.ts'

export interface McpOptions {
  readonly config: Pick<Config, 'mcpFile'>
  /** The config module. */
  readonly loaded: { readonly mcpServers?: McpServersConfig }
  readonly env: Environment
  /** Paths are relative to it. */
  readonly directory: string
  readonly clock: Clock
  words(server: string, words: string): void
  warn(sentence: string): void
}

/** @throws ConfigError with one sentence. Servers that cannot start are no error: they are tried again. */
export function startMcp({ config, loaded, env, directory, clock, words, warn }: McpOptions): McpSource {
  const filed = config.mcpFile === undefined ? {} : readMcpServers(config.mcpFile, directory, env)
  const configured = loaded.mcpServers ?? {}
  for (const name of Object.keys(filed))
    if (Object.hasOwn(configured, name))
      warn(`The MCP server “${name}” is in HOLDFAST_MCP and in HOLDFAST_CONFIG. The one of HOLDFAST_MCP is used.`)
  return createMcpSource({
    servers: { ...configured, ...filed },
    clock,
    scrubOf: createScrub,
    onWords: words,
  })
}

/**
 * The tools of HOLDFAST_MCP, for the agent that the variables add: who sets nothing else has them. Those of the config module
 * are given by name.
 */
export function filedTools(
  { mcpFile }: Pick<Config, 'mcpFile'>,
  { mcpServers = {} }: McpOptions['loaded'],
  source: Pick<McpSource, 'tools' | 'states'>,
): () => Promise<readonly Tool[]> {
  if (mcpFile === undefined) return async () => []
  const filed = Object.keys(source.states()).filter((name) => !Object.hasOwn(mcpServers, name))
  return async () => (await source.tools()).filter(({ name }) => filed.some((server) => name.startsWith(`${server}/`)))
}

/** @throws ConfigError with one sentence */
export function readMcpServers(path: string, directory: string, env: Environment): McpServersConfig {
  const wrong = (why: string, cause: unknown) => new ConfigError(`HOLDFAST_MCP is ${path}, but ${why}.`, { cause })
  let text: string
  try {
    text = readFileSync(resolve(directory, path), 'utf8')
  } catch (error) {
    throw wrong(`no such file can be read in ${directory}`, error)
  }
  try {
    return readMcpFile(text, env)
  } catch (error) {
    if (error instanceof McpConfigError) throw wrong(error.message, error)
    throw error
  }
}
