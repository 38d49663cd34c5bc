#!/usr/bin/env node
/** The command `holdfast`. Only turns arguments into an exit code. */
import { run } from './program.ts'

process.exitCode = await run(process.argv.slice(2))
