/**
 * Between a server and an MCP server over stdio: passes every byte on, and notes each tool call that the MCP server gets
 * in a file. `node tap.ts <file> <program> <arguments…>`. A call is held for a moment, so that a kill falls into it.
 */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const MOST_HELD_MS = 80

const [file = '', program = '', ...rest] = process.argv.slice(2)
const child = spawn(program, rest, { stdio: ['pipe', 'inherit', 'inherit'] })
child.on('exit', (code) => process.exit(code ?? 1))

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const { method, params } = JSON.parse(line) as { readonly method?: string; readonly params?: unknown }
  const pass = () => child.stdin.writable && child.stdin.write(`${line}\n`)
  if (method !== 'tools/call') return void pass()
  // Noted before it is passed on: no call is made that is not counted.
  appendFileSync(file, `${JSON.stringify(params)}\n`)
  setTimeout(pass, Math.random() * MOST_HELD_MS)
})
lines.on('close', () => child.stdin.end())
