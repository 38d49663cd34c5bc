/**
 * Starts the OpenTelemetry SDK if it is configured and installed; Holdfast does not bring one. Owns: when that is, and the
 * warning if it is not installed. Does not know: spans.
 */

/** The part of `@opentelemetry/sdk-node` that is used. It reads its own settings from the environment. */
export interface Sdk {
  readonly NodeSDK: new (options: {
    readonly serviceName: string
  }) => {
    start(): void
    shutdown(): Promise<void>
  }
}

export interface Tracing {
  /** Sends the pending spans, within its time-out; never rejects. */
  close(): Promise<void>
}

export interface TracingOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly say: (sentence: string, error?: unknown) => void
  readonly load?: () => Promise<Sdk>
  /** Milliseconds that sending the last spans may take. Default 3,000. */
  readonly closeMs?: number
}

/** In a variable, so that the package need not be installed, not even for the compiler. */
const SDK: string = '@opentelemetry/sdk-node'

const ASKED_BY = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const

/** Undefined: not configured, or not possible, which has then been reported. Never rejects. */
export async function startTracing(options: TracingOptions): Promise<Tracing | undefined> {
  const { env, say, load = () => import(SDK) as Promise<Sdk>, closeMs = 3_000 } = options
  const asked = ASKED_BY.find((name) => env[name])
  if (!asked || env.OTEL_SDK_DISABLED === 'true') return undefined
  let found: Sdk
  try {
    found = await load()
  } catch {
    say(`${asked} is set, but there is no SDK to send traces with. Run npm install ${SDK}`)
    return undefined
  }
  try {
    const sdk = new found.NodeSDK({ serviceName: env.OTEL_SERVICE_NAME || 'holdfast' })
    sdk.start()
    return { close: () => within(closeMs, sdk.shutdown()).catch((error) => say('Some traces were not sent.', error)) }
  } catch (error) {
    say(`Traces are not sent: ${SDK} could not be started.`, error)
    return undefined
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms)
  try {
    await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
