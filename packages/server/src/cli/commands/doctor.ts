/**
 * `holdfast doctor`: whether a server could run here, and whether its data is sound. It changes nothing that a start of the
 * server would not (it opens the store). Each check says what was found and, if something is wrong, what to do.
 */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { type Config, ConfigError, readConfig } from '../../process/config.ts'
import { startMcp } from '../../process/mcp.ts'
import { whyNotStarted } from '../../process/refusal-to-start.ts'
import { systemClock } from '../../process/system-clock.ts'
import { StoreOpenError } from '../../store/sqlite/index.ts'
import { dataDirectory, hasData, openData } from '../data.ts'
import { CommandError } from '../failure.ts'
import { createProgress } from '../progress.ts'
import type { Terminal } from '../terminal.ts'

export interface DoctorOptions {
  readonly data: string | undefined
  readonly json: boolean
}

interface Finding {
  readonly check: 'node' | 'sqlite' | 'settings' | 'data' | 'disk' | 'store' | 'port' | 'mcp'
  readonly state: 'ok' | 'warning' | 'wrong'
  readonly says: string
}

const MIB = 1024 * 1024
const SIGNS: Readonly<Record<Finding['state'], string>> = { ok: 'ok     ', warning: 'warning', wrong: 'WRONG  ' }

/** @throws CommandError if something is wrong */
export async function doctor(terminal: Terminal, { data, json }: DoctorOptions): Promise<void> {
  let wrong = 0
  const tell = (finding: Finding) => {
    if (finding.state === 'wrong') wrong++
    terminal.out(
      json ? JSON.stringify(finding) : `${SIGNS[finding.state]}  ${finding.check.padEnd(8)}  ${finding.says}`,
    )
  }
  tell({ check: 'node', state: 'ok', says: `Node ${process.versions.node} has node:sqlite.` })
  tell({ check: 'sqlite', state: 'ok', says: `SQLite ${process.versions.sqlite ?? 'of an unknown version'}.` })

  const config = settings(terminal.env, tell)
  const directory = resolve(dataDirectory(data ?? config?.dataDirectory, terminal.env))
  tell(place(directory))
  tell(disk(directory))
  const held = store(directory, terminal, tell)
  if (config) tell(held ? await answering(config) : await free(config))
  if (config) for (const finding of await mcpServers(config, terminal.env)) tell(finding)
  if (wrong > 0) throw new CommandError(`${wrong} ${wrong === 1 ? 'problem' : 'problems'} found.`)
}

function settings(env: Terminal['env'], tell: (finding: Finding) => void): Config | undefined {
  try {
    const config = readConfig(env)
    for (const warning of config.warnings) tell({ check: 'settings', state: 'warning', says: warning })
    tell({ check: 'settings', state: 'ok', says: `A server would listen on ${config.host}:${config.port}.` })
    return config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const says of error.message.split('\n')) tell({ check: 'settings', state: 'wrong', says })
    return undefined
  }
}

function place(directory: string): Finding {
  const there = nearest(directory)
  try {
    accessSync(there, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    const says = `${there} is not writable. Give this user access, or choose another directory with HOLDFAST_DATA.`
    return { check: 'data', state: 'wrong', says }
  }
  const says = hasData(directory)
    ? `The data is in ${directory}.`
    : `${directory} has no data yet. The first start creates it.`
  return { check: 'data', state: 'ok', says }
}

/** The directory, or its nearest parent that exists. */
function nearest(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory ? directory : nearest(dirname(directory))
}

function disk(directory: string): Finding {
  const { bavail, bsize } = statfsSync(nearest(directory))
  const free = (bavail * bsize) / MIB
  const says = `${free > 10_240 ? `${Math.floor(free / 1024)} GiB` : `${Math.floor(free)} MiB`} free.`
  if (free < 100) {
    return { check: 'disk', state: 'wrong', says: `${says} Free some space: on a full disk every new run is refused.` }
  }
  return { check: 'disk', state: free < 1024 ? 'warning' : 'ok', says }
}

/** Returns whether a server holds the store. */
function store(directory: string, terminal: Terminal, tell: (finding: Finding) => void): boolean {
  if (!hasData(directory)) return false
  let archive: ReturnType<typeof openData>
  try {
    archive = openData(directory)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const held = error.cause instanceof StoreOpenError && error.cause.code === 'locked'
    const says = held ? 'A server is using the data. Stop it to check the data.' : error.message
    tell({ check: 'store', state: held ? 'warning' : 'wrong', says })
    return held
  }
  let progress: ReturnType<typeof createProgress> | undefined
  try {
    const { threads, records, problems } = archive.check((done, whole) => {
      progress ??= createProgress(terminal, { what: 'Checking', whole, worthwhile: 200 })
      progress.at(done)
    })
    progress?.end()
    for (const problem of problems) {
      tell({ check: 'store', state: 'wrong', says: `${problem} Restore a copy of the whole data directory.` })
    }
    if (problems.length === 0) {
      tell({ check: 'store', state: 'ok', says: `${threads} thread(s) with ${records} record(s) are sound.` })
    }
  } finally {
    progress?.end()
    archive.close()
  }
  return false
}

async function answering({ host, port }: Config): Promise<Finding> {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    const { status } = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) })
    if (status === 200) return { check: 'port', state: 'ok', says: `The server answers at ${url}.` }
    return {
      check: 'port',
      state: 'warning',
      says: `The server at ${url} is not ready: it is starting or stopping.`,
    }
  } catch {
    const says = `A server is using the data, but nothing answers at ${url}. Set PORT and HOST to that server’s values, or check its log.`
    return { check: 'port', state: 'wrong', says }
  }
}

/** Starts the servers of HOLDFAST_MCP and lists their tools. Those of HOLDFAST_CONFIG are not seen: its code is not run. */
async function mcpServers(config: Config, env: Terminal['env']): Promise<readonly Finding[]> {
  const options = {
    config,
    loaded: {},
    env,
    directory: process.cwd(),
    clock: systemClock,
    words: () => {},
    warn: () => {},
  }
  let source: ReturnType<typeof startMcp>
  try {
    source = startMcp(options)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [{ check: 'mcp', state: 'wrong', says: error.message }]
  }
  await source.tools()
  const findings = Object.entries(source.states()).map(([name, state]): Finding => {
    if (state.type === 'ready')
      return { check: 'mcp', state: 'ok', says: `The MCP server “${name}” has ${state.tools} tool(s).` }
    const why = state.type === 'waiting' ? state.reason : 'it takes long to start'
    return { check: 'mcp', state: 'warning', says: `The MCP server “${name}” cannot be used: ${why}.` }
  })
  await source.close()
  return findings
}

async function free({ host, port }: Config): Promise<Finding> {
  const probe = createServer()
  try {
    await new Promise<void>((listening, failed) => {
      probe.once('error', failed)
      probe.listen(port, host, listening)
    })
    return { check: 'port', state: 'ok', says: `Port ${port} is free.` }
  } catch (error) {
    const says = whyNotStarted(error, { host, port }) ?? `Cannot listen on port ${port}: ${String(error)}.`
    return { check: 'port', state: 'wrong', says }
  } finally {
    probe.close()
  }
}
