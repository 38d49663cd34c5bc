/** A real server process for tests, from its ready line to its end. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { bareEnvironment } from './bare-environment.ts'
import { spokenBy } from './spoken.ts'

const PROGRAM = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  /** Its output on stderr. */
  err(): string
  /** Sends SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  /** Sends SIGKILL. Does nothing if the process has ended. */
  kill(): void
  readonly exit: Promise<number | null>
}

/** `env` is the whole environment, besides what a program needs to run. The port is a free one. */
export async function startServerProcess(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [PROGRAM, 'serve'], { env: { ...bareEnvironment(), PORT: '0', ...env } })
  const { out, err, exit } = spokenBy(child)
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => {
      if (out().includes('\n')) resolve()
    })
    void exit.then((code) => reject(new Error(`The server exited with ${code} before it was ready: ${err()}`)))
  })
  return {
    url: out().trim().split(' ').at(-1) ?? '',
    pid: child.pid ?? 0,
    err,
    stop() {
      child.kill('SIGTERM')
      return exit
    },
    kill: () => void child.kill('SIGKILL'),
    exit,
  }
}
