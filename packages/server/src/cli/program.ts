/**
 * The commands and their arguments. Owns: the command line, its help, and the form of an error: one sentence on stderr and
 * an exit code. Does not know: what the commands do. Each is loaded only when it is used.
 */
import { isId, type ThreadKey } from '@holdfast/core'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { CommandError, EXIT, type ExitCode } from './failure.ts'
import { createServerClient, DEFAULT_URL, serverUrl } from './server-client.ts'
import { processTerminal, type Terminal } from './terminal.ts'

export async function run(args: readonly string[], terminal: Terminal = processTerminal()): Promise<ExitCode> {
  const program = createProgram(terminal)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return EXIT.done
  } catch (error) {
    // Commander has printed it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (error instanceof CommandError) {
      terminal.err(`holdfast: ${error.message}`)
      return error.exitCode
    }
    if (error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_BUILTIN_MODULE') {
      terminal.err(`holdfast: this is Node ${process.versions.node}, which lacks node:sqlite. Use Node 24.`)
      return EXIT.failed
    }
    terminal.err(`holdfast: unexpected error: ${error instanceof Error ? error.stack : error}`)
    return EXIT.failed
  }
}

function createProgram(terminal: Terminal): Command {
  const { env } = terminal
  const program = new Command('holdfast')
    .description('Keeps AI runs alive when the user looks away.')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd().replace(/^error: /, 'holdfast: ')),
    })
    .exitOverride()
    .showHelpAfterError('Run holdfast --help for usage.')

  const client = (url: string | undefined) => createServerClient(serverUrl(url, env))

  program
    .command('serve')
    .description('start a server, configured by environment variables (see README, Settings)')
    .option('--web <directory>', 'serve the built page in this directory too')
    .action(async ({ web }: { web?: string }) => {
      const { serve } = await import('./commands/serve.ts')
      await serve(env, web)
    })

  asking(program.command('threads'))
    .description('list the threads of a room, newest activity first')
    .argument('[room]', 'room id', id, 'default')
    .option('--limit <n>', 'maximum number of threads', count, 1_000)
    .action(async (roomId: string, { url, json = false, limit }: Asking & { limit: number }) => {
      const { threads } = await import('./commands/threads.ts')
      await threads(client(url), terminal, { roomId, json, limit })
    })

  asking(program.command('tail'))
    .description('print a thread’s log and follow it')
    .argument('<room>', 'room id', id)
    .argument('<thread>', 'thread id', id)
    .option('--after <seq>', 'start after this position', count, 0)
    .option('--no-follow', 'print what is there and exit')
    .action(async (roomId: string, threadId: string, options: Asking & { after: number; follow: boolean }) => {
      const { tail } = await import('./commands/tail.ts')
      const { url, json = false, after, follow } = options
      const controller = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
      await tail(client(url), terminal, { key: { roomId, threadId }, after, json, follow, signal: controller.signal })
    })

  asking(program.command('cancel'))
    .description('cancel a run, or whatever is live in a thread')
    .argument('<room>', 'room id', id)
    .argument('<thread>', 'thread id', id)
    .argument('[run]', 'run id', id)
    .option('--reason <text>', 'reason, recorded in the log')
    .action(
      async (roomId: string, threadId: string, runId: string | undefined, options: Asking & { reason?: string }) => {
        const { cancel } = await import('./commands/cancel.ts')
        const { url, json = false, reason } = options
        const key: ThreadKey = { roomId, threadId }
        await cancel(client(url), terminal, { key, runId, reason, json })
      },
    )

  asking(program.command('trace'))
    .description('show one run’s path from acceptance to end, with timings')
    .argument('<run>', 'run id', id)
    .argument('[room]', 'room id (default: that of the newest run with this id)', id)
    .argument('[thread]', 'thread id', id)
    .option('--data <directory>', 'read this data directory instead of asking a server; stop the server first')
    .action(
      async (
        runId: string,
        roomId: string | undefined,
        threadId: string | undefined,
        options: Asking & { data?: string },
      ) => {
        const { trace } = await import('./commands/trace.ts')
        const { url, json = false, data } = options
        if (roomId !== undefined && threadId === undefined) {
          throw new CommandError('Name the thread too: a room has many.', EXIT.usage)
        }
        const key = roomId === undefined || threadId === undefined ? undefined : { roomId, threadId }
        await trace(() => client(url), terminal, { runId, key, data, json })
      },
    )

  onData(program.command('export'))
    .description('write a room as lines of JSON; stop the server first')
    .argument('<room>', 'room id', id)
    .argument('[file]', 'output file (default: stdout)')
    .option('--redact', 'mask all message text')
    .option('--force', 'overwrite the file')
    .option('--tenant <id>', "the room's tenant, if several tenants have a room with this id")
    .action(async (roomId: string, file: string | undefined, options: ExportFlags) => {
      const { exportRoom } = await import('./commands/export.ts')
      const { data, redact = false, force = false, tenant: tenantId } = options
      exportRoom(terminal, { roomId, tenantId, file, data, redact, force })
    })

  onData(program.command('import'))
    .description('import an exported room, all or nothing; stop the server first')
    .argument('<file>', 'file written by `holdfast export`')
    .option('--tenant <id>', 'tenant to import into (default: local)')
    .action(async (file: string, { data, tenant: tenantId }: OnData & { tenant?: string }) => {
      const { importRoom } = await import('./commands/import.ts')
      importRoom(terminal, { file, data, tenantId })
    })

  onData(program.command('doctor'))
    .description('check whether a server can run here and whether its data is sound')
    .option('--json', 'print JSON, one finding per line')
    .action(async ({ data, json = false }: OnData & { json?: boolean }) => {
      const { doctor } = await import('./commands/doctor.ts')
      await doctor(terminal, { data, json })
    })

  return program
}

interface OnData {
  readonly data?: string
}

interface ExportFlags extends OnData {
  readonly redact?: boolean
  readonly force?: boolean
  readonly tenant?: string
}

/** For commands that work on the data directly. */
function onData(command: Command): Command {
  return command.option('--data <directory>', 'data directory (default: HOLDFAST_DATA, else .holdfast)')
}

interface Asking {
  readonly url?: string
  readonly json?: boolean
}

/** For commands that use a running server. */
function asking(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', `server address (default: HOLDFAST_URL, else ${DEFAULT_URL})`))
    .option('--json', 'print JSON, one value per line')
}

function id(text: string): string {
  if (isId(text)) return text
  throw new InvalidArgumentError('An id is 1–128 characters of A–Z a–z 0–9 _ . : -, and not . or ..')
}

function count(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}
