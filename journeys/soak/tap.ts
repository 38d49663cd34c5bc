/**
 * Between a server and an MCP server over stdio: passes every byte on, and notes each tool call that the MCP server gets
 * in a file. `node tap.ts <file> <program> <arguments…>`.
 */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [file = '', program = '', ...rest] = process.argv.slice(2)
const child = spawn(program, rest, { stdio: ['pipe', 'inherit', 'inherit'] })
child.on('exit', (code) => process.exit(code ?? 1))

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const { method, params } = JSON.parse(line) as { readonly method?: string; readonly params?: unknown }
  // Noted before it is passed on: no call is made that is not counted.
  if (method === 'tools/call') appendFileSync(file, `${JSON.stringify(params)}\n`)
  child.stdin.write(`${line}\n`)
})
lines.on('close', () => child.stdin.end())
