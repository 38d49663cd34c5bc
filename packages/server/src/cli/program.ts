/**
 * The commands and their arguments. Owns: what may be typed, help, and how an error is said: one sentence on stderr and
 * an exit code. Does not know: what the commands do; each is loaded only when it is asked for.
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
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (error instanceof CommandError) {
      terminal.err(`holdfast: ${error.message}`)
      return error.exitCode
    }
    if (error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_BUILTIN_MODULE') {
      terminal.err(`holdfast: this is Node ${process.versions.node}, without node:sqlite: use Node 24.`)
      return EXIT.failed
    }
    terminal.err(`holdfast: it failed in a way that nobody expected: ${error instanceof Error ? error.stack : error}`)
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
    .showHelpAfterError('holdfast --help says what there is.')

  const client = (url: string | undefined) => createServerClient(serverUrl(url, env))

  program
    .command('serve')
    .description('start a server; its settings are variables of the environment (README, Settings)')
    .option('--web <directory>', 'a built page to serve beside the API')
    .action(async ({ web }: { web?: string }) => {
      const { serve } = await import('./commands/serve.ts')
      await serve(env, web)
    })

  asking(program.command('threads'))
    .description('list the threads of a room, newest activity first')
    .argument('[room]', 'its id', id, 'default')
    .option('--limit <n>', 'how many at most', count, 1_000)
    .action(async (roomId: string, { url, json = false, limit }: Asking & { limit: number }) => {
      const { threads } = await import('./commands/threads.ts')
      await threads(client(url), terminal, { roomId, json, limit })
    })

  asking(program.command('tail'))
    .description('show a thread’s log, and go on as it grows')
    .argument('<room>', 'its id', id)
    .argument('<thread>', 'its id', id)
    .option('--after <seq>', 'begin behind this position', count, 0)
    .option('--no-follow', 'end with what is there')
    .action(async (roomId: string, threadId: string, options: Asking & { after: number; follow: boolean }) => {
      const { tail } = await import('./commands/tail.ts')
      const { url, json = false, after, follow } = options
      const controller = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
      await tail(client(url), terminal, { key: { roomId, threadId }, after, json, follow, signal: controller.signal })
    })

  asking(program.command('cancel'))
    .description('cancel a run, or whatever is live in a thread')
    .argument('<room>', 'its id', id)
    .argument('<thread>', 'its id', id)
    .argument('[run]', 'its id', id)
    .option('--reason <text>', 'why, for the log')
    .action(
      async (roomId: string, threadId: string, runId: string | undefined, options: Asking & { reason?: string }) => {
        const { cancel } = await import('./commands/cancel.ts')
        const { url, json = false, reason } = options
        const key: ThreadKey = { roomId, threadId }
        await cancel(client(url), terminal, { key, runId, reason, json })
      },
    )

  onData(program.command('export'))
    .description('write a room as lines of JSON; no server may run on the data')
    .argument('<room>', 'its id', id)
    .argument('[file]', 'where to; else stdout')
    .option('--redact', 'mask what anyone said')
    .option('--force', 'replace the file')
    .action(
      async (roomId: string, file: string | undefined, options: OnData & { redact?: boolean; force?: boolean }) => {
        const { exportRoom } = await import('./commands/export.ts')
        const { data, redact = false, force = false } = options
        exportRoom(terminal, { roomId, file, data, redact, force })
      },
    )

  onData(program.command('import'))
    .description('take in an exported room, whole or not at all; no server may run on the data')
    .argument('<file>', 'what `holdfast export` wrote')
    .action(async (file: string, { data }: OnData) => {
      const { importRoom } = await import('./commands/import.ts')
      importRoom(terminal, { file, data })
    })

  onData(program.command('doctor'))
    .description('check whether a server can run here and whether its data is sound')
    .option('--json', 'answer as JSON, one finding a line')
    .action(async ({ data, json = false }: OnData & { json?: boolean }) => {
      const { doctor } = await import('./commands/doctor.ts')
      await doctor(terminal, { data, json })
    })

  return program
}

interface OnData {
  readonly data?: string
}

/** For commands that work on the data itself. */
function onData(command: Command): Command {
  return command.option('--data <directory>', 'the data directory; else HOLDFAST_DATA, else .holdfast')
}

interface Asking {
  readonly url?: string
  readonly json?: boolean
}

/** For commands that ask a running server. */
function asking(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', `the server; else HOLDFAST_URL, else ${DEFAULT_URL}`))
    .option('--json', 'answer as JSON, one value a line')
}

function id(text: string): string {
  if (isId(text)) return text
  throw new InvalidArgumentError('An id is 1–128 characters of A–Z a–z 0–9 _ . : -, and not . or ..')
}

function count(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It has to be a whole number.')
}
