/** Runs the server under `node --watch` and Vite's dev server, and ends both when either ends or a signal arrives. */
import { type ChildProcess, spawn } from 'node:child_process'

const port = process.env.PORT ?? '4400'
const page = 'http://127.0.0.1:5173'
console.log(`holdfast: page with reload on ${page} (server on port ${port})`)

const children: ChildProcess[] = [
  run('node', ['--watch', '--watch-preserve-output', 'apps/chat/serve.ts'], {
    PORT: port,
    HOLDFAST_ORIGIN: page,
    // In development a run that meets another run's address fails, so that the developer sees it.
    NODE_ENV: 'development',
  }),
  run('vite', ['apps/chat', '--host', '127.0.0.1', '--port', '5173', '--strictPort'], {
    HOLDFAST_SERVER: `http://127.0.0.1:${port}`,
  }),
]

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)

function run(program: string, args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  child.on('exit', (code) => {
    process.exitCode ??= code ?? 0
    stop()
  })
  return child
}

function stop(): void {
  for (const child of children) if (child.exitCode === null) child.kill('SIGTERM')
}
