/**
 * The program of a config module's own process: `node config-process.ts <module> <directory>`. Loads the module and serves it
 * to the server over the file descriptor 3. Owns: the process's last resorts. Does not know: what the server asks.
 */
import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { createSignalGuard } from '../agents/agent-signal.ts'
import { type FromModule, type Thrown, thrownOf } from '../agents/isolated/messages.ts'
import { type ModuleConfig, serveModule } from '../agents/isolated/module.ts'
import { openPipe } from '../agents/isolated/pipe.ts'
import { ConfigError } from './config.ts'
import { loadConfigModule } from './config-module.ts'

const MAX_LINE = 256 << 20
const [, , path = '', directory = ''] = process.argv

/** While the module loads, only a ping is answered. */
let hear = (message: unknown) => {
  if ((message as { t?: unknown }).t === 'ping') send({ t: 'pong' })
}
const stream = new Socket({ fd: 3, readable: true, writable: true })
const pipe = openPipe({
  stream,
  maxBytes: MAX_LINE,
  onMessage: (message) => hear(message),
  onBroken: () => process.exit(1),
})
const send = (message: FromModule) => pipe.send(message)
const report = (thrown: Thrown, ends: boolean) => send({ t: 'uncaught', thrown, ends })

new Worker(new URL('./server-watch.ts', import.meta.url), { execArgv: [] }).unref()
// The server is gone, however it went.
stream.on('close', () => process.exit(0))
// What the module prints goes to a terminal or a file that may be gone.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
process.on('uncaughtException', (error) => {
  report(thrownOf(error), true)
  process.exit(70)
})
process.on('unhandledRejection', (reason) => report(thrownOf(reason), false))
process.on('exit', () => pipe.flush())
if (process.platform === 'linux') {
  try {
    // If the machine runs out of memory, this process ends and not the server.
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Not allowed here.
  }
}

// What a listener for a stop throws is reported and ends nothing.
const guardSignal = createSignalGuard<object>((_, error) => report(thrownOf(error), false))
try {
  const config = (await loadConfigModule(path, directory)) as ModuleConfig
  hear = serveModule({ config, pipe, guard: (signal) => guardSignal(signal, signal), onClose: () => process.exit(0) })
} catch (error) {
  send({ t: 'refused', why: error instanceof ConfigError ? error.message : String(error) })
}
