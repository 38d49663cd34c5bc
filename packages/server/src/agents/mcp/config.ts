/**
 * Which MCP servers there are: `mcpServers` of a config module, and an `mcp.json` in the form that other MCP clients
 * read. Owns: what an entry may be, and one sentence for each way it can be wrong. Does not know: how a server is reached.
 */
import { z } from 'zod'

interface Times {
  /** Milliseconds that a call may take without progress. Default 60,000. */
  readonly timeoutMs?: number | undefined
  /** Milliseconds from the start to the list of tools. Default 60,000: `npx` may have to download the server first. */
  readonly startTimeoutMs?: number | undefined
}

/** A program that Holdfast starts and talks to over its stdin and stdout. */
export interface StdioServer extends Times {
  readonly command: string
  readonly args?: readonly string[] | undefined
  /** Added to the few variables that every program needs (PATH, HOME …). Values are secrets. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Relative to the working directory of Holdfast. */
  readonly cwd?: string | undefined
}

/** A server that is reached over streamable HTTP. */
export interface HttpServer extends Times {
  readonly url: string
  /** Values are secrets. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export type McpServerConfig = StdioServer | HttpServer
export type McpServersConfig = Readonly<Record<string, McpServerConfig>>

export const isHttp = (server: McpServerConfig): server is HttpServer => 'url' in server

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} _.@-]{0,63}$/u
const ms = (what: string) => z.int(`${what} is not a whole number of milliseconds`).min(1).max(86_400_000).optional()
const texts = (what: string) => z.record(z.string(), z.string(), `${what} is not an object of texts`).optional()

/** Fields of other programs (`autoApprove`, `description` …) are ignored. */
const Entry = z
  .object(
    {
      type: z.string('type is not a text').optional(),
      command: z.string('command is not a text').min(1, 'command is empty').optional(),
      args: z.array(z.string(), 'args is not a list of texts').optional(),
      env: texts('env'),
      cwd: z.string('cwd is not a text').optional(),
      url: z.string('url is not a text').optional(),
      headers: texts('headers'),
      timeoutMs: ms('timeoutMs'),
      startTimeoutMs: ms('startTimeoutMs'),
      disabled: z.boolean('disabled is not true or false').optional(),
    },
    'is not an object',
  )
  .transform((entry, context): McpServerConfig | undefined => {
    const { type, command, args, env, cwd, url, headers, timeoutMs, startTimeoutMs, disabled } = entry
    const wrong = whyWrong(type, command, url)
    if (wrong !== undefined) context.addIssue(wrong)
    if (disabled) return undefined
    const times = {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(startTimeoutMs !== undefined && { startTimeoutMs }),
    }
    if (url !== undefined) return { url, ...(headers && { headers }), ...times }
    return {
      command: command ?? '',
      ...(args && { args }),
      ...(env && { env }),
      ...(cwd !== undefined && { cwd }),
      ...times,
    }
  })

const OVER_STDIO = new Set<string | undefined>([undefined, 'stdio'])
const OVER_HTTP = new Set<string | undefined>([undefined, 'http', 'streamable-http', 'streamableHttp'])

function whyWrong(type: string | undefined, command: string | undefined, url: string | undefined): string | undefined {
  if (command !== undefined && url !== undefined) return 'has both a command and a url; keep one of them'
  if (command === undefined && url === undefined) return 'has neither a command nor a url'
  if (type === 'sse')
    return 'has the type "sse", which MCP has replaced; use the server’s streamable HTTP address and the type "http"'
  if (!(url === undefined ? OVER_STDIO : OVER_HTTP).has(type))
    return `has the type ${JSON.stringify(type)}, which does not go with its ${url === undefined ? 'command' : 'url'}`
  if (url === undefined) return undefined
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return 'has a url that is not an http or https address'
  const { username, password } = new URL(url)
  return username + password === '' ? undefined : 'has a user name or password in its url; use headers'
}

export const McpServersSchema = z
  .record(
    z.string().regex(NAME, 'needs a name of at most 64 letters, digits, spaces and _ . @ -'),
    Entry,
    'is not an object of MCP servers',
  )
  .transform(
    (entries): McpServersConfig =>
      Object.fromEntries(Object.entries(entries).flatMap(([name, entry]) => (entry ? [[name, entry]] : []))),
  )

const File = z.object({ mcpServers: McpServersSchema }, 'is not an object with mcpServers')

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the text of an `mcp.json`. `${NAME}`, `${env:NAME}` and `${NAME:-default}` in it stand for variables of the environment, so
 * that the file needs no secrets.
 * @throws McpConfigError with one sentence
 */
export function readMcpFile(text: string, env: Environment): McpServersConfig {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    throw new McpConfigError('it is not JSON')
  }
  const parsed = File.safeParse(withVariables(said, env))
  if (parsed.success) return parsed.data.mcpServers
  throw new McpConfigError(sentenceOf(parsed.error.issues[0]))
}

/** `message` has one cause, without a full stop. It never contains a value. */
export class McpConfigError extends Error {
  override readonly name = 'McpConfigError'
}

const VARIABLE = /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

function withVariables(said: unknown, env: Environment): unknown {
  if (typeof said === 'string') {
    return said.replace(VARIABLE, (_, name: string, otherwise: string | undefined) => {
      const value = env[name] ?? otherwise
      if (value === undefined) throw new McpConfigError(`it names the variable ${name}, which is not set`)
      return value
    })
  }
  if (Array.isArray(said)) return said.map((each) => withVariables(each, env))
  if (typeof said !== 'object' || said === null) return said
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, withVariables(value, env)]))
}

/** What is wrong with `mcpServers`, as the end of a sentence. */
export function sentenceOf(issue: z.core.$ZodIssue | undefined): string {
  if (!issue) return 'it cannot be used'
  const [, server, ...rest] = issue.path
  if (server === undefined) return issue.path.length === 0 ? `it ${issue.message}` : `mcpServers ${issue.message}`
  const message =
    issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? 'has a name that cannot be used') : issue.message
  const where = rest.length > 0 && !/^(has|needs|is) /.test(message) ? 'cannot be used: ' : ''
  return `the server ${JSON.stringify(String(server))} ${where}${message}`
}

/** The values that must not appear in a log or an error. Shorter ones are words that may appear anywhere. */
export function secretsOf(server: McpServerConfig): readonly string[] {
  const values = Object.values((isHttp(server) ? server.headers : server.env) ?? {})
  // "Bearer abc": the token alone is a secret too.
  return values.flatMap((value) => [value, ...value.split(/\s+/)]).filter(({ length }) => length >= 6)
}
