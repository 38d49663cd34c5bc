/**
 * The thread that ends a config module's process once its server is gone. Code that never pauses does not see that the pipe to
 * the server has closed. This thread does: the process then has another parent.
 */
import { ppid as server } from 'node:process'

/** Milliseconds between two looks. */
const EVERY_MS = 1_000

setInterval(() => {
  if (process.ppid !== server) process.kill(process.pid, 'SIGKILL')
}, EVERY_MS)
