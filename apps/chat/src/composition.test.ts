/** The composition root: one registry, made once, by the one file that owns it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRunRegistry } from '@holdfast/client'
import { createManualEnvironment, createScriptedTransport } from '@holdfast/client/testing'
import { expect, it } from 'vitest'

const HERE = import.meta.dirname

/** Each source file of the page, by its name from here. */
function sources(): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(HERE, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|testing\//.test(name))
    .map((name) => ({ name, text: readFileSync(join(HERE, name), 'utf8') }))
}

it('S004-C3 only the connection knows the transport: every other request goes over the registry, which notices a 401', () => {
  const ways =
    /createHttpTransport|createHttpAsk|createConnection|createTabTransport|createAgUiTransport|createOneConnection|\/v1\//
  const knowing = sources().flatMap(({ name, text }) => (ways.test(text) ? [name] : []))
  expect(knowing.filter((name) => !name.startsWith('connection/'))).toEqual(['main.tsx'])
})

it('S002-46 whether there is a server is a choice of the build: nothing on the page but the connection knows of it', () => {
  const knowing = sources().flatMap(({ name, text }) => (/no-server|client\/ag-ui/.test(text) ? [name] : []))
  expect(knowing.filter((name) => !name.startsWith('connection/'))).toEqual([])
  const config = readFileSync(join(HERE, '../vite.config.ts'), 'utf8')
  expect(config.match(/src\/connection\/no-server\.ts/g)).toHaveLength(1)
})

it('S000-31 the page has one registry, and one can be created without a page or a framework', () => {
  const makers = sources().flatMap(({ name, text }) => Array(text.split('RunRegistry(').length - 1).fill(name))
  expect(makers).toEqual(['main.tsx'])
  expect(typeof document).toBe('undefined')
  const registry = createRunRegistry({ transport: createScriptedTransport(), environment: createManualEnvironment() })
  const seen: string[] = []
  registry.events.subscribe(({ type }) => void seen.push(type))
  registry.start({ roomId: 'R1', threadId: 'T1' }, { text: 'Hello' }).accepted.catch(() => {})
  expect(seen).toContain('ActivityChanged')
  registry.close()
})
