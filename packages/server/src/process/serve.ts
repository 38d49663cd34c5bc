/**
 * A server process, from its environment to its exit code. Owns: what it prints, signals, and uncaught errors. Does not
 * know: the parts of a server.
 *
 * - stdout gets one line with the URL when the server is ready. Everything else goes to stderr: the log, and one plain
 *   sentence if it does not start.
 * - SIGTERM, SIGINT and SIGHUP drain and exit 0; a second, later one exits at once. Before the server is ready there is
 *   nothing to drain: it starts no run and exits 0.
 * - If the store's thread dies, or this process has lost its store, it exits with 1: another process can continue from
 *   what is durable, this one cannot.
 * - An unhandled rejection is logged and survived, because other runs continue. An uncaught exception exits with 1: the
 *   state is unknown, and everything seen is durable. Both are about the server's own code: that of HOLDFAST_CONFIG runs in a
 *   process of its own.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@holdfast/core'
import { isModelAgent } from '../agents/model/description.ts'
import type { Agent } from '../agents/port.ts'
import { createRemoteAgent } from '../agents/remote/remote-agent.ts'
import type { Tool } from '../agents/tools/port.ts'
import { createLogger, LOG_LEVELS } from '../operate/logger.ts'
import { secretsIn } from '../operate/secrets.ts'
import { startTracing } from '../operate/tracing.ts'
import { StoreFault } from '../store/fault.ts'
import { type Config, ConfigError, type Environment, readConfig } from './config.ts'
import { openConfigModule } from './isolated-config.ts'
import { createJournal } from './journal.ts'
import { filedTools, startMcp } from './mcp.ts'
import { createModelAgents } from './model-agents.ts'
import { whyNotStarted } from './refusal-to-start.ts'
import { startServer } from './server.ts'
import { systemClock } from './system-clock.ts'

export interface ServeOptions {
  readonly env: Environment
  /** Directory of the built page. If it does not exist, only the API is served. */
  readonly webRoot?: string
  /** Agents in addition to `demo`. `tools` are those of HOLDFAST_MCP. */
  readonly agents?: (config: Config, clock: Clock, tools: () => Promise<readonly Tool[]>) => Promise<readonly Agent[]>
}

/** Runs until the end, and then exits the process. */
export async function serve({ env, webRoot, agents }: ServeOptions): Promise<never> {
  const { stderr } = process
  const logger = createLogger({
    // An unknown level is refused below.
    level: LOG_LEVELS.find((level) => level === env.HOLDFAST_LOG) ?? 'info',
    form: stderr.isTTY ? 'plain' : 'json',
    write: (line) => void stderr.write(line),
    secrets: secretsIn(env),
  })
  // A reader of stdout or stderr may go away. It only observed, so that ends nothing.
  for (const stream of [process.stdout, stderr]) stream.on('error', () => {})
  const journal = createJournal(logger)
  const { note, warn, report, uncaught, engine, words } = journal
  const { stop, asked } = stopSignal()
  /** A loading module may never finish, so it is not awaited after a signal to stop. */
  const unlessStopped = <Value>(step: Promise<Value>): Promise<Value> =>
    Promise.race([step, stop.then(() => Promise.reject(asked.reason))])
  let exitCode = 0
  process.on('unhandledRejection', (reason) => uncaught(reason, 'Unhandled promise rejection.'))
  process.on('uncaughtException', (error) => {
    uncaught(error, 'Stopping now: uncaught error. Everything acknowledged is durable.')
    process.exit(1)
  })

  let config: Config | undefined
  try {
    config = readConfig(env)
    for (const warning of config.warnings) warn(warning)
    const tracing = await unlessStopped(startTracing({ env, say: warn }))
    const { module, remoteUrl } = config
    const opened = module
      ? await unlessStopped(
          openConfigModule({ ...config, path: module, directory: process.cwd(), clock: systemClock, warn, uncaught }),
        )
      : undefined
    const loaded = opened?.config ?? {}
    const { agents: own = [], defaultAgent, limits } = loaded
    const mcp = startMcp({ config, loaded, env, directory: process.cwd(), clock: systemClock, words, warn })
    const mcpServers = Object.keys(mcp.states())
    const options = { config, loaded, mcp, mcpServers, clock: systemClock }
    const described = await unlessStopped(createModelAgents(options))
    const ofVariables = agents ? await unlessStopped(agents(config, systemClock, filedTools(config, loaded, mcp))) : []
    const ready = [...ofVariables.filter(({ id }) => !described.some((each) => each.id === id)), ...described]
    const remote = remoteUrl === undefined ? [] : [createRemoteAgent({ url: remoteUrl, clock: systemClock })]
    const built = webRoot !== undefined && existsSync(join(webRoot, 'index.html'))
    const server = await startServer({
      ...config,
      ...(built ? { webRoot } : {}),
      agents: [...ready, ...remote, ...own.filter((each): each is Agent => !isModelAgent(each))],
      ...(defaultAgent === undefined ? {} : { defaultAgent }),
      ...(limits ? { limits } : {}),
      mcp,
      report,
      log: engine,
      listener: journal,
      onStoreLost(cause) {
        if (!isStoreLost(cause)) {
          report(
            cause,
            'Stopping now: the store’s thread died. Everything seen is durable. Restart the server to continue.',
          )
          process.exit(1)
        }
        report(cause, `Stopping: this server has lost its data. ${whyLost(cause)}.`)
        exitCode = 1
        setTimeout(() => process.exit(exitCode), LOST_GRACE_MS)
      },
      stopping: asked,
      warn,
    })
    process.stdout.write(`Holdfast is ready: ${server.url}\n`)
    if (webRoot !== undefined && !built) warn('The page is not built, so only the API is served. npm start builds it.')
    await stop
    note('Stopping: no new runs; live runs get a few seconds to end.')
    await server.close()
    await Promise.all([mcp.close(), opened?.close()])
    await tracing?.close()
  } catch (error) {
    if (error === asked.reason) {
      note('Stopped before the server was ready.')
      process.exit(exitCode)
    }
    const sentence = error instanceof ConfigError ? error.message : config && whyNotStarted(error, config)
    if (sentence === undefined) report(error, 'The server failed.')
    else for (const line of sentence.split('\n')) stderr.write(`holdfast: ${line}\n`)
    process.exit(1)
  }
  process.exit(exitCode)
}

/** Milliseconds within which a repeated signal counts as the same one. */
const SAME_WISH_MS = 500

/** Milliseconds for which a server that has lost its data answers 503, so that clients and load balancers notice. */
const LOST_GRACE_MS = 2_000

const isStoreLost = (cause: unknown): cause is StoreFault =>
  cause instanceof StoreFault && cause.code === 'storage_lost'

const whyLost = ({ cause }: StoreFault) => (cause instanceof Error ? cause.message : 'The cause is unknown')

/**
 * `stop` resolves at the first signal, which also aborts `asked`. One Ctrl-C can arrive twice, from the terminal and
 * from an npm that passes it on, so only a later signal counts as the second.
 */
function stopSignal(): { readonly stop: Promise<void>; readonly asked: AbortSignal } {
  const asked = new AbortController()
  const stop = Promise.withResolvers<void>()
  let askedAt: number | undefined
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      askedAt ??= systemClock.now()
      if (systemClock.now() - askedAt > SAME_WISH_MS) process.exit(code)
      asked.abort()
      stop.resolve()
    })
  }
  return { stop: stop.promise, asked: asked.signal }
}
