#!/usr/bin/env node
/** The command `holdfast`: what an operator types. Owns nothing but the way from arguments to an exit code. */
import { run } from './program.ts'

process.exitCode = await run(process.argv.slice(2))
