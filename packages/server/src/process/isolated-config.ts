/**
 * The config module of a server process, in a process of its own. Owns: how its description becomes a configuration again,
 * and what an operator hears of it. Does not know: the messages.
 */
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Clock } from '@holdfast/core'
import { createHost, MAX_BLOCKED_MS, ModuleRefusal } from '../agents/isolated/host.ts'
import type { DescribedAgent, Description } from '../agents/isolated/messages.ts'
import { agentOf, toolOf } from '../agents/isolated/proxies.ts'
import { ConfigError } from './config.ts'
import { type HoldfastConfig, loadConfigModule } from './config-module.ts'
import type { HoldfastLimits } from './limits.ts'

export interface ModuleOptions {
  readonly path: string
  /** False: it runs in this process, and may take it down. */
  readonly isolate: boolean
  /** The path is relative to it. */
  readonly directory: string
  readonly clock: Clock
  /** MiB of the module's heap. Default: the host's. */
  readonly maxHeapMiB?: number
  warn(sentence: string): void
  /** An error that nothing has caught, with its origin. */
  uncaught(error: unknown, sentence: string): void
}

export interface OpenModule {
  readonly config: HoldfastConfig
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./config-process.ts', import.meta.url))

/** @throws ConfigError with one sentence */
export async function openConfigModule(options: ModuleOptions): Promise<OpenModule> {
  const { path, isolate, directory, clock, maxHeapMiB, warn, uncaught } = options
  if (!isolate) return { config: await loadConfigModule(path, directory), close: async () => {} }
  // `node --watch` learns which modules this process loads. This one it would not see.
  if (process.env.WATCH_REPORT_DEPENDENCIES)
    process.send?.({ 'watch:import': [pathToFileURL(resolve(directory, path)).href] })
  const host = createHost({
    program: [PROGRAM, path, directory],
    clock,
    ...(maxHeapMiB !== undefined && { maxHeapMiB }),
    maxBlockedMs: (config) => (config?.rest.limits as HoldfastLimits | undefined)?.maxBlockedMs ?? MAX_BLOCKED_MS,
    onLost: (reason) =>
      warn(`The code of HOLDFAST_CONFIG was ended: ${reason}. Its runs have failed; it is started again.`),
    onRestarted: () => warn('The code of HOLDFAST_CONFIG runs again.'),
    onUncaught: (error, ends) =>
      uncaught(error, ends ? 'Uncaught error in the code of HOLDFAST_CONFIG.' : 'Unhandled promise rejection.'),
  })
  try {
    const described = await host.load()
    return { config: configOf(host, described), close: host.close }
  } catch (error) {
    await host.close()
    if (!(error instanceof ModuleRefusal)) throw error
    const { message } = error
    throw new ConfigError(
      message.startsWith('HOLDFAST_CONFIG') ? message : `HOLDFAST_CONFIG is ${path}, but ${message}.`,
    )
  }
}

function configOf(host: Parameters<typeof agentOf>[0], { agents, tools, rest }: Description): HoldfastConfig {
  const config = {
    ...rest,
    ...(agents.length > 0 && { agents: agents.map((each) => (isDescribed(each) ? agentOf(host, each) : each)) }),
    ...(tools.length > 0 && { tools: tools.map((each) => toolOf(host, each)) }),
  }
  return config as HoldfastConfig
}

function isDescribed(agent: Description['agents'][number]): agent is DescribedAgent {
  return 'isolated' in agent && agent.isolated === true
}
