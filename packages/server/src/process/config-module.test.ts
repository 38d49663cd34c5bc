import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ConfigError } from './config.ts'
import { loadConfigModule } from './config-module.ts'

const directory = mkdtempSync(join(tmpdir(), 'holdfast-config-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let files = 0
function load(source: string, extension = '.mjs') {
  const name = `config-${++files}${extension}`
  writeFileSync(join(directory, name), source)
  return loadConfigModule(`./${name}`, directory)
}

it('returns the settings of the module, with its agents unchanged', async () => {
  const config = await load(`
    export const agent = { id: 'own', title: 'Own', async *run() {} }
    export default { agents: [agent], defaultAgent: 'own', limits: { run: { maxEvents: 5 }, drainMs: 0 } }`)
  expect(config).toMatchObject({ agents: [{ id: 'own' }], defaultAgent: 'own', limits: { drainMs: 0 } })
  expect(config.agents?.[0]).toHaveProperty('run', expect.any(Function))
  expect(await load('export default {}')).toEqual({})
})

const TOOL = (name: string) =>
  `{ name: "${name}", description: "x", inputSchema: {}, effect: "read", parse() {}, needsApproval() {}, execute() {} }`

it.each([
  ['export const x = 1', 'it has no default export'],
  ['export default 5', 'its default export is not an object made by defineConfig'],
  ['export default { agents: {} }', 'agents is not a list of agents'],
  ['export default { agents: [{ title: "x", run() {} }] }', 'agents[0] has no id'],
  ['export default { agents: [{ id: "a b", title: "x", run() {} }] }', 'agents[0] has an id that is not 1–128'],
  ['export default { agents: [{ id: "a", title: "x" }] }', 'agents[0] has no function `run`'],
  ['export default { agents: [{ id: "a", title: "x", run() {}, afterCrash: "x" }] }', 'agents[0] has an unknown'],
  ['export default { agents: [5] }', 'agents[0] cannot be used'],
  ['export default { tools: {} }', 'tools is not a list of tools'],
  ['export default { tools: [5] }', 'tools[0] is not a tool'],
  ['export default { tools: [{ name: "a", description: "x" }] }', 'tools[0] has no inputSchema'],
  [`export default { tools: [${TOOL('a')}, ${TOOL('a')}] }`, 'tools[1] has the name "a", which another tool has'],
  [`export default { tools: [${TOOL('run_sub_agent')}] }`, 'tools[0] has the name "run_sub_agent", which the server'],
  ['export default { approval: { a: "sometimes" } }', 'approval.a cannot be used'],
  ['export default { defaultAgent: 5 }', 'defaultAgent is not an agent id'],
  ['export default { agnets: [] }', 'there is no setting agnets'],
  ['export default { limits: { run: { maxEvnts: 1 } } }', 'there is no setting limits.run.maxEvnts'],
  ['export default { limits: { drainMs: -1 } }', 'limits.drainMs cannot be used'],
  ['export default { mcpServers: { a: {} } }', 'the server "a" has neither a command nor a url'],
  ['export default { mcpServers: { "a/b": {} } }', 'the server "a/b" needs a name'],
  ['export default { mcpServers: 5 }', 'mcpServers is not an object of MCP servers'],
  ['throw new Error("Not today\\nat all")', 'it could not be loaded: Not today.'],
  ['import "./nowhere.mjs"', 'it could not be loaded: '],
  ['export default {', 'it could not be loaded: '],
])('%s is one sentence', async (source, why) => {
  const error = await load(source).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  const { message } = error as ConfigError
  expect(message).toContain(`HOLDFAST_CONFIG is ./config-${files}.mjs, but ${why}`)
  expect(message).toMatch(/^[^\n]*\.$/)
})

it('a file that does not exist, or is not a module', async () => {
  await expect(loadConfigModule('./none.ts', directory)).rejects.toThrow('there is no such file')
  await expect(load('{}', '.json')).rejects.toThrow('it must be a .ts')
})
