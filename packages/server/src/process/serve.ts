/**
 * A server process, from its environment to its exit code. Owns: what it prints, signals, what happens to errors that
 * nobody caught. Does not know: the parts of a server.
 *
 * - stdout gets one line, when it is ready, with the URL; everything else goes to stderr: its log, and one plain
 *   sentence if it does not start.
 * - SIGTERM, SIGINT and SIGHUP drain and exit 0; a second one, later, exits at once. Before it is ready there is nothing
 *   to drain: it starts no run and exits 0.
 * - A store whose thread died, or that this process has lost, ends the process with 1: another one can go on with what is
 *   durable, this one cannot.
 * - An unhandled rejection is noted and lived with: the runs of others go on. An uncaught exception ends the process
 *   with 1: its state is unknown, and what was seen is durable.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@holdfast/core'
import type { Agent } from '../agents/port.ts'
import { createRemoteAgent } from '../agents/remote/remote-agent.ts'
import { createLogger, LOG_LEVELS } from '../operate/logger.ts'
import { secretsIn } from '../operate/secrets.ts'
import { startTracing } from '../operate/tracing.ts'
import { StoreFault } from '../store/fault.ts'
import { type Config, ConfigError, type Environment, readConfig } from './config.ts'
import { loadConfigModule } from './config-module.ts'
import { createJournal } from './journal.ts'
import { whyNotStarted } from './refusal-to-start.ts'
import { startServer } from './server.ts'
import { systemClock } from './system-clock.ts'

export interface ServeOptions {
  readonly env: Environment
  /** Directory of the built page; the server does without if it is not there. */
  readonly webRoot?: string
  /** Agents beside `demo`. */
  readonly agents?: (config: Config, clock: Clock) => Promise<readonly Agent[]>
}

/** Ends the process when it is done; never returns before. */
export async function serve({ env, webRoot, agents }: ServeOptions): Promise<never> {
  const { stderr } = process
  const logger = createLogger({
    // A level that there is not is refused below.
    level: LOG_LEVELS.find((level) => level === env.HOLDFAST_LOG) ?? 'info',
    form: stderr.isTTY ? 'plain' : 'json',
    write: (line) => void stderr.write(line),
    secrets: secretsIn(env),
  })
  // Whoever reads what it says may go away, and only looked: that ends nothing.
  for (const stream of [process.stdout, stderr]) stream.on('error', () => {})
  const journal = createJournal(logger)
  const { note, warn, report, uncaught, engine } = journal
  const { stop, asked } = stopSignal()
  /** What is loaded may never be: it is not waited for once somebody wants the process to stop. */
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
    const loaded = module ? await unlessStopped(loadConfigModule(module, process.cwd())) : {}
    const { agents: own = [], defaultAgent, limits } = loaded
    const ready = agents ? await unlessStopped(agents(config, systemClock)) : []
    const remote = remoteUrl === undefined ? [] : [createRemoteAgent({ url: remoteUrl, clock: systemClock })]
    const built = webRoot !== undefined && existsSync(join(webRoot, 'index.html'))
    const server = await startServer({
      ...config,
      ...(built ? { webRoot } : {}),
      agents: [...ready, ...remote, ...own],
      ...(defaultAgent === undefined ? {} : { defaultAgent }),
      ...(limits ? { limits } : {}),
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

/** Within this time, in milliseconds, a repeated signal is the same wish. */
const SAME_WISH_MS = 500

/** How long a server that has lost its data answers 503, so that clients and load balancers hear of it. */
const LOST_GRACE_MS = 2_000

const isStoreLost = (cause: unknown): cause is StoreFault =>
  cause instanceof StoreFault && cause.code === 'storage_lost'

const whyLost = ({ cause }: StoreFault) => (cause instanceof Error ? cause.message : 'The cause is unknown')

/**
 * `stop` resolves at the first signal, `asked` is aborted by it. One Ctrl-C can arrive twice, from the terminal and from an npm that passes it on, so
 * only a later one is a second.
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
