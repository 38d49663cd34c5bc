/**
 * The agents of a static build: `holdfast.json`, beside the page. The last one that was read is kept, so that a page
 * without a network still opens. An address in a link could send a person's words anywhere, so there is no such parameter.
 */
import { type Shared, TransportError } from '@holdfast/client'
import type { AgUiAgent } from '@holdfast/client/ag-ui'
import { isId } from '@holdfast/core'

const FILE = 'holdfast.json'
const KEPT = 'agents'

/** @throws TransportError that says what is wrong with the file */
export async function loadAgents(shared: Shared): Promise<readonly AgUiAgent[]> {
  const page = document.baseURI
  try {
    const response = await fetch(new URL(FILE, page), { cache: 'no-cache' })
    if (!response.ok) throw wrong(`${FILE} could not be loaded (${response.status}).`)
    const text = await response.text()
    const agents = readAgents(text, page)
    shared.write(KEPT, text)
    return agents
  } catch (cause) {
    if (cause instanceof TransportError) throw cause
    const kept = shared.read(KEPT)
    if (kept !== undefined) return readAgents(kept, page)
    throw new TransportError({ type: 'network' }, { cause })
  }
}

/** @throws TransportError that says what is wrong with the file */
export function readAgents(text: string, page: string): readonly AgUiAgent[] {
  const { agents } = fieldsOf(parsed(text))
  if (!Array.isArray(agents) || agents.length === 0)
    throw wrong(`${FILE} must name “agents”: a list with at least one.`)
  const read = agents.map((agent, index) => readAgent(agent, `agents.${index}`, page))
  const twice = read.find(({ agentId }, index) => read.findIndex((other) => other.agentId === agentId) !== index)
  if (twice) throw wrong(`${FILE} names the agent “${twice.agentId}” twice.`)
  return read
}

function readAgent(value: unknown, place: string, page: string): AgUiAgent {
  const { agentId = 'agent', title, description, url, headers } = fieldsOf(value)
  if (!isId(agentId)) throw wrong(`“${place}.agentId” must be 1 to 128 characters of A–Z, a–z, 0–9 and “_.:-”.`)
  const address = typeof url === 'string' ? addressOf(url, page) : undefined
  if (!address) throw wrong(`“${place}.url” must be the http or https address where the agent accepts runs.`)
  for (const [name, each] of Object.entries({ title, description }))
    if (each !== undefined && typeof each !== 'string') throw wrong(`“${place}.${name}” must be a text.`)
  const sent = Object.entries(headers === undefined ? {} : fieldsOf(headers))
  if (sent.some(([, each]) => typeof each !== 'string')) throw wrong(`“${place}.headers” must hold texts.`)
  return {
    agentId,
    url: address,
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
    ...(sent.length > 0 && { headers: Object.fromEntries(sent) as Record<string, string> }),
  }
}

function addressOf(text: string, page: string): string | undefined {
  try {
    const { protocol, username, password, href } = new URL(text, page)
    return /^https?:$/.test(protocol) && !username && !password ? href : undefined
  } catch {
    return undefined
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw wrong(`${FILE} is not valid JSON.`)
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function wrong(detail: string): TransportError {
  const problem = { type: 'about:blank', title: 'Not set up', status: 500, code: 'internal', detail } as const
  return new TransportError({ type: 'problem', problem })
}
