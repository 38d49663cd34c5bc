/**
 * What went wrong with a connection, according to the Node error code in the chain of causes. Owns: which codes mean
 * the same. Pure.
 */

export type ConnectionTrouble =
  /** The host does not exist. */
  | 'no_host'
  /** Nothing listens there. */
  | 'refused'
  /** The host cannot be reached. */
  | 'no_route'
  | 'certificate'
  /** It does not speak HTTPS. */
  | 'no_tls'
  /** It does not speak HTTP. */
  | 'no_http'
  /** The connection broke off. */
  | 'broken'

const CODES: readonly (readonly [ConnectionTrouble, RegExp])[] = [
  ['no_host', /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL|EBADNAME)$/],
  ['refused', /^(ECONNREFUSED|EADDRNOTAVAIL)$/],
  ['no_route', /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EACCES|EPERM)$/],
  [
    'certificate',
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_(ISSUER|CRL)|^(HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/,
  ],
  ['no_tls', /^(EPROTO$|ERR_SSL_|ERR_TLS_)/],
  ['no_http', /^HPE_/],
  ['broken', /^(UND_ERR_|ECONN|EPIPE)/],
]

/** Undefined: it is not a connection error. */
export function connectionTrouble(error: unknown): ConnectionTrouble | undefined {
  let found: ConnectionTrouble | undefined
  for (const each of chainOf(error)) {
    const trouble = troubleOf(each)
    // The deepest cause is the most specific.
    if (trouble !== undefined && (found === undefined || found === 'broken')) found = trouble
    else if (each instanceof TypeError && each.message === 'terminated') found ??= 'broken'
  }
  return found
}

function troubleOf(error: Error): ConnectionTrouble | undefined {
  const { code } = error as Error & { readonly code?: unknown }
  if (typeof code === 'string') return CODES.find(([, codes]) => codes.test(code))?.[0]
  if (error.name === 'HTTPParserError') return 'no_http'
  return error.message === 'bad port' ? 'refused' : undefined
}

/**
 * A reused connection that the server closed while it was idle. Nothing of this request was answered, so it can be
 * repeated on a new connection.
 */
export function wasIdle(error: unknown): boolean {
  return chainOf(error).some((each) => {
    const { code, socket } = each as Error & { readonly code?: unknown; readonly socket?: { bytesRead?: unknown } }
    return code === 'UND_ERR_SOCKET' && Number(socket?.bytesRead) > 0
  })
}

const MAX_DEPTH = 8

/** An error and its causes. The addresses of one host fail as a group. */
function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let next = error; next instanceof Error && chain.length < MAX_DEPTH; ) {
    chain.push(next)
    next = next.cause ?? (next instanceof AggregateError ? next.errors[0] : undefined)
  }
  return chain
}
