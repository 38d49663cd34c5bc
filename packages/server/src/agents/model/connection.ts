/**
 * What went wrong with a connection, told by the code that Node gives somewhere in an error's chain of causes. Owns:
 * which codes mean the same. Pure.
 */

export type ConnectionTrouble =
  /** No such host. */
  | 'no_host'
  /** Nothing listens there. */
  | 'refused'
  /** Nothing is heard from there. */
  | 'no_route'
  | 'certificate'
  /** It was spoken to in HTTPS and does not speak it. */
  | 'no_tls'
  /** It answers in something that is not HTTP. */
  | 'no_http'
  /** It broke off. */
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

/** Undefined: it says nothing of a connection. */
export function connectionTrouble(error: unknown): ConnectionTrouble | undefined {
  let found: ConnectionTrouble | undefined
  for (const each of chainOf(error)) {
    const trouble = troubleOf(each)
    // The deepest cause says most: it broke off because of that.
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
 * A connection that had been used before, and was closed from there while it was idle: nothing of this request was
 * answered, and a new connection may do.
 */
export function wasIdle(error: unknown): boolean {
  return chainOf(error).some((each) => {
    const { code, socket } = each as Error & { readonly code?: unknown; readonly socket?: { bytesRead?: unknown } }
    return code === 'UND_ERR_SOCKET' && Number(socket?.bytesRead) > 0
  })
}

const MAX_DEPTH = 8

/** An error and its causes; several addresses of one host fail together. */
function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let next = error; next instanceof Error && chain.length < MAX_DEPTH; ) {
    chain.push(next)
    next = next.cause ?? (next instanceof AggregateError ? next.errors[0] : undefined)
  }
  return chain
}
