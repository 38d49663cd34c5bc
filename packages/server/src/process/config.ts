/**
 * Configuration from the environment (docs/PROTOCOL.md, Process). Owns: what each variable may be, and a sentence for
 * each invalid one. Reads nothing but the record it is given.
 */
import { isIP } from 'node:net'
import { z } from 'zod'
import { MAX_FIRST_BYTE_MS, wrongHeader } from '../agents/model/endpoint.ts'
import { LOG_LEVELS, type LogLevel } from '../operate/logger.ts'

export interface Config {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
  readonly dataDirectory: string
  /** Logs of runs that ended longer ago are trimmed. In milliseconds; absent: never. */
  readonly retentionMs?: number
  readonly logLevel: LogLevel
  /** For development: a run fails if its agent answers under another run's address. */
  readonly strict: boolean
  /** Scheme, host and port, as in a browser's `Origin` header. */
  readonly publicOrigin?: string
  /** Exact origins of push services. Default: the browsers' own. */
  readonly pushServices?: readonly string[]
  /** Webhooks may have private addresses, and http. */
  readonly privateWebhooks: boolean
  readonly model?: ModelConfig
  /** What model agents of the config module leave out. */
  readonly modelDefaults: Partial<ModelConfig>
  /** Where an AG-UI agent accepts runs. */
  readonly remoteUrl?: string
  /** Path of a module (./config-module.ts). */
  readonly module?: string
  /** Whether the module's code runs in a process of its own. */
  readonly isolate: boolean
  /** Path of a JSON file with MCP servers (./mcp.ts). */
  readonly mcpFile?: string
  /** One sentence for each setting that has no effect. */
  readonly warnings: readonly string[]
}

export interface ModelConfig {
  readonly baseUrl: string
  readonly model: string
  readonly apiKey?: string
  /** Instructions that precede every conversation. */
  readonly system?: string
  /** The model that titles conversations. */
  readonly titleModel?: string
  /** Sent with each request. Their values are secrets. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds that the model may take to start its answer. */
  readonly firstByteMs?: number
}

/** `message` has one line per invalid variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export type Environment = Readonly<Record<string, string | undefined>>

/** An empty variable counts as unset. */
const optional = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema)

const url = (sentence: string) => optional(z.url({ protocol: /^https?$/, error: sentence }).optional())

/** A name or password in a URL would be sent along, and shown. */
function holdsNoSecret(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return true
  const { username, password } = new URL(address)
  return username === '' && password === ''
}

const HeaderValues = z.record(z.string(), z.string()).refine((headers) => wrongHeader(headers) === undefined)

/** Undefined: it is not JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Undefined: something in the list is no origin that pushes may go to. */
function originsIn(list: string): readonly string[] | undefined {
  const origins = list.split(',').map((each) => each.trim())
  return origins.every(isPushOrigin) ? origins : undefined
}

function isPushOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol, hostname } = new URL(text)
  if (origin !== text) return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const LONGEST_MS = 36_500 * 86_400_000

/** Milliseconds. Undefined: it is not a duration, or too short or too long for one. */
function durationIn(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,8})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN)
  return ms >= 60_000 && ms <= LONGEST_MS ? ms : undefined
}

const Variables = z.object({
  PORT: optional(
    z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .refine((port) => port < 65_536)
      .default(4400),
  ),
  HOST: optional(z.string().default('127.0.0.1')),
  HOLDFAST_DATA: optional(z.string().default('.holdfast')),
  HOLDFAST_LOG: optional(z.enum(LOG_LEVELS).default('info')),
  HOLDFAST_RETENTION: optional(z.string().transform(durationIn).pipe(z.number()).optional()),
  NODE_ENV: optional(z.string().optional()),
  HOLDFAST_AUTH: optional(z.enum(['none']).default('none')),
  HOLDFAST_ORIGIN: url('an origin such as https://chat.example'),
  OPENAI_BASE_URL: url('the endpoint’s URL, up to and including /v1').refine(holdsNoSecret),
  OPENAI_API_KEY: optional(z.string().optional()),
  OPENAI_MODEL: optional(z.string().optional()),
  OPENAI_SYSTEM: optional(z.string().optional()),
  OPENAI_TITLE_MODEL: optional(z.string().optional()),
  OPENAI_HEADERS: optional(z.string().transform(jsonIn).pipe(HeaderValues).optional()),
  OPENAI_FIRST_BYTE_MS: optional(z.coerce.number().int().min(1).max(MAX_FIRST_BYTE_MS).optional()),
  HOLDFAST_PRIVATE_WEBHOOKS: optional(z.enum(['on', 'off']).default('off')),
  HOLDFAST_PUSH_SERVICES: optional(z.string().transform(originsIn).pipe(z.array(z.string())).optional()),
  AGUI_URL: url('where an AG-UI agent takes runs').refine(holdsNoSecret),
  HOLDFAST_CONFIG: optional(z.string().optional()),
  HOLDFAST_ISOLATE: optional(z.enum(['on', 'off']).default('on')),
  HOLDFAST_MCP: optional(z.string().optional()),
  DATABASE_URL: optional(z.undefined()),
})

const SENTENCES: Readonly<Record<string, string>> = {
  PORT: 'PORT must be a port number from 0 to 65535; 0 picks a free one.',
  HOLDFAST_RETENTION:
    'HOLDFAST_RETENTION must be a number of days, hours or minutes, such as 30d, 12h or 90m, from 1m to 36500d.',
  HOLDFAST_LOG: `HOLDFAST_LOG must be one of ${LOG_LEVELS.join(', ')}.`,
  HOLDFAST_AUTH: 'HOLDFAST_AUTH can only be "none" in this version. Unset it.',
  HOLDFAST_ORIGIN: 'HOLDFAST_ORIGIN must be an origin such as https://chat.example.',
  OPENAI_BASE_URL:
    'OPENAI_BASE_URL must be the endpoint’s URL, up to and including /v1, without a user name or password. Set headers in OPENAI_HEADERS.',
  OPENAI_HEADERS:
    'OPENAI_HEADERS must be a JSON object of header names and values, such as {"api-key": "…"}. Connection headers such as Host cannot be set.',
  OPENAI_FIRST_BYTE_MS: `OPENAI_FIRST_BYTE_MS must be a number of milliseconds from 1 to ${MAX_FIRST_BYTE_MS}, the time the model may take to start its answer.`,
  HOLDFAST_ISOLATE:
    'HOLDFAST_ISOLATE must be "on" or "off"; off runs the code of HOLDFAST_CONFIG in the server’s own process.',
  HOLDFAST_PRIVATE_WEBHOOKS:
    'HOLDFAST_PRIVATE_WEBHOOKS must be "on" or "off"; on lets webhooks reach private addresses, and use http.',
  HOLDFAST_PUSH_SERVICES:
    'HOLDFAST_PUSH_SERVICES must be exact origins with commas between them, such as https://push.example. http is for loopback names only.',
  AGUI_URL:
    'AGUI_URL must be the http or https address where an AG-UI agent accepts runs, without a user name or password. Set headers in HOLDFAST_CONFIG.',
  DATABASE_URL:
    'DATABASE_URL is set, but this version cannot store in Postgres. Unset it, or set HOLDFAST_DATA instead.',
}

const NOT_BUILT = ['REDIS_URL'] as const

/** @throws ConfigError */
export function readConfig(env: Environment): Config {
  const parsed = Variables.safeParse(env)
  if (!parsed.success) {
    const names = new Set(parsed.error.issues.map(({ path }) => String(path[0])))
    throw new ConfigError([...names].map((name) => SENTENCES[name] ?? `${name} cannot be used.`).join('\n'))
  }
  const { PORT, HOST, HOLDFAST_DATA, HOLDFAST_LOG, HOLDFAST_ORIGIN, HOLDFAST_RETENTION } = parsed.data
  const { OPENAI_BASE_URL, OPENAI_MODEL, AGUI_URL, HOLDFAST_CONFIG, HOLDFAST_MCP } = parsed.data
  if (!isLoopback(HOST)) {
    throw new ConfigError(
      `HOST is ${HOST}, which other machines can reach, but HOLDFAST_AUTH is none, so anyone could read and write everything. Set HOST to 127.0.0.1.`,
    )
  }
  const warnings: string[] = NOT_BUILT.filter((name) => env[name]).map(
    (name) => `${name} is set but has no effect in this version.`,
  )
  const modelDefaults = modelOf(parsed.data)
  const { baseUrl, model: modelName } = modelDefaults
  const model = baseUrl !== undefined && modelName !== undefined && { ...modelDefaults, baseUrl, model: modelName }
  if (!model && !HOLDFAST_CONFIG && (OPENAI_BASE_URL || OPENAI_MODEL)) {
    warnings.push('The agent “model” needs both OPENAI_BASE_URL and OPENAI_MODEL, so it is not available.')
  }
  return {
    host: HOST,
    port: PORT,
    dataDirectory: HOLDFAST_DATA,
    logLevel: HOLDFAST_LOG,
    strict: parsed.data.NODE_ENV === 'development',
    isolate: parsed.data.HOLDFAST_ISOLATE === 'on',
    ...(HOLDFAST_ORIGIN === undefined ? {} : { publicOrigin: new URL(HOLDFAST_ORIGIN).origin }),
    privateWebhooks: parsed.data.HOLDFAST_PRIVATE_WEBHOOKS === 'on',
    ...(parsed.data.HOLDFAST_PUSH_SERVICES && { pushServices: parsed.data.HOLDFAST_PUSH_SERVICES }),
    ...(HOLDFAST_RETENTION === undefined ? {} : { retentionMs: HOLDFAST_RETENTION }),
    ...(model ? { model } : {}),
    modelDefaults,
    ...(AGUI_URL === undefined ? {} : { remoteUrl: AGUI_URL }),
    ...(HOLDFAST_CONFIG === undefined ? {} : { module: HOLDFAST_CONFIG }),
    ...(HOLDFAST_MCP === undefined ? {} : { mcpFile: HOLDFAST_MCP }),
    warnings,
  }
}

function modelOf(said: z.infer<typeof Variables>): Partial<ModelConfig> {
  const { OPENAI_BASE_URL, OPENAI_MODEL, OPENAI_API_KEY, OPENAI_SYSTEM, OPENAI_TITLE_MODEL } = said
  const { OPENAI_HEADERS, OPENAI_FIRST_BYTE_MS } = said
  return {
    ...(OPENAI_BASE_URL ? { baseUrl: OPENAI_BASE_URL } : {}),
    ...(OPENAI_MODEL ? { model: OPENAI_MODEL } : {}),
    ...(OPENAI_API_KEY === undefined ? {} : { apiKey: OPENAI_API_KEY }),
    ...(OPENAI_SYSTEM === undefined ? {} : { system: OPENAI_SYSTEM }),
    ...(OPENAI_TITLE_MODEL === undefined ? {} : { titleModel: OPENAI_TITLE_MODEL }),
    ...(OPENAI_HEADERS === undefined ? {} : { headers: OPENAI_HEADERS }),
    ...(OPENAI_FIRST_BYTE_MS === undefined ? {} : { firstByteMs: OPENAI_FIRST_BYTE_MS }),
  }
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
