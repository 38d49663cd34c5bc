/**
 * What a provider's error means. Reads its words first, since gateways and servers use one status for many things, then
 * its status. Owns: the words. Does not know: what the person reads (`failures.ts`), how long a wait takes
 * (`waiting.ts`). Pure.
 */
import type { ProviderError } from './provider-error.ts'

export type Meaning =
  /** The key is wrong, or lacks permission. */
  | 'key'
  /** The account has no credit left. Waiting does not help. */
  | 'credit'
  /** A filter refuses the question. */
  | 'filter'
  | 'too_long'
  /** Too many requests for now. */
  | 'rate'
  /** Down or overloaded for now. */
  | 'busy'
  /** A gateway timed out waiting for its backend. */
  | 'slow'
  /** There is no such model. */
  | 'model'
  /** There is no such model, or no provider at this address. */
  | 'nothing_here'
  /** It is not an OpenAI-compatible endpoint. */
  | 'address'
  /** It requires HTTPS. */
  | 'scheme'
  /** It refuses this request. */
  | 'rejected'
  | 'unknown'

/** The first match counts. Each is about something that no status says reliably. */
const WORDS: readonly (readonly [Meaning, RegExp])[] = [
  ['scheme', /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server/i],
  // Before credit, because some say "quota" for limits that reset.
  [
    'rate',
    /rate[ _-]?limit|too[ _]many[ _](concurrent[ _])?requests|throttl|resource[ _]?(has been |is )?exhausted|\b(tokens?|requests?|queries) per (second|min|hour|day)|\b[rt]p[md]\b|concurrency limit|slow down|request limit/i,
  ],
  [
    'credit',
    /insufficient[ _]?(user[ _])?(quota|balance|credit|fund)|(balance|credits?|funds)\b.{0,30}\b(insufficient|not enough|exhausted|too low|used up|depleted|run out|negative)|(not enough|no more|no|out of|add|more|buy|purchase|run out of) (\w+ )?(credits?|balance|funds)|exceeded your current quota|quota[ _]exceeded|exceeded.{0,20}quota|billing|payment required|recharge|top.?up\b|in arrears|arrearage|good standing|budget.{0,20}exceeded|exceeded.{0,20}budget|overdue|spend(ing)? limit|余额不足|欠费/i,
  ],
  [
    'too_long',
    /context[ _-]?(length|window|size|limit)|maximum context|n_ctx\b|(prompt|input|conversation|message|messages|text) (is|are|was) too (long|large)|too many (input |prompt )?tokens|token (count|limit).{0,60}exceed|exceed.{0,60}\b(number of |input |prompt |model.{0,10})?(tokens?( limit)?|context)\b|tokens.{0,60}(must be <=|must not exceed|longer than|greater than|more than|larger than)|(longer|larger) than.{0,40}(context|tokens|maximum)|string_above_max_length|reduce the (length|number of tokens)|(input|prompt|sequence) length.{0,60}(exceed|should be|must be|longer|greater|range)|range of input length|(less|fewer) than \d+ tokens|max_(completion_)?tokens.{0,40}got -\d|prompt_too_long|request_too_large/i,
  ],
  [
    'filter',
    /content[ _-]?(filter|policy|management|moderat|violat|safety|blocked|exists? risk)|moderat(ion|ed)|\bflagged\b|responsible ?ai|prohibited[ _]content|data_inspection_failed|inappropriate (content|input)|safety[ _](system|filter|polic|setting|reason|check)|blocked (by|due to|for) (our |the |its )?(safety|content|polic|guardrail|filter)|sensitive (words?|content|information)|new_sensitive|敏感|guardrail|usage polic|risk[ _]control|^filtered$/i,
  ],
  [
    'model',
    /model[ _](is )?not[ _](found|exist|available|supported|recogni[sz]ed)|(invalid|unknown|unsupported|unavailable|no such)[ _]model|model_not_exist|\bmodel\b[^.:;]{0,120}\b(not (found|exist|available)|is not supported|does ?n[o']t exist|do not have access|is not a valid|deprecated|decommissioned|no longer (available|supported)|has been retired)|not a valid model|no endpoints found|no available (channel|provider) for model|try pulling it/i,
  ],
  [
    'key',
    /(invalid|incorrect|wrong|missing|expired|revoked|bad|malformed|no|unknown|provide|valid)[ _](api|access|auth\w*|bearer)[ _-]?(key|token|credentials?|header)|(api|access|auth\w*)[ _-]?(key|token).{0,40}(not valid|invalid|expired|missing|required|not found|incorrect|not provided|disabled)|authentication|unauthori[sz]ed|unauthenticated|not authenticated|permission[ _]?(denied|error)|access denied|invalid (credentials?|signature)|user not found|log ?in fail|api[ _]secret[ _]key/i,
  ],
]

/** About the provider. Only if the status does not say that the request itself is wrong. */
const BUSY =
  /overload|over capacity|at capacity|\bbusy\b|temporar|unavailable|try again (later|in a)|bad gateway|gateway time|server[ _]error|internal[ _](server[ _])?error|no healthy|upstream|disconnected|loading|warming up|cold start|high demand|out of memory|connection (refused|reset|error)/i

/** Words that mark a failure as permanent. */
const NEVER: ReadonlySet<number> = new Set([501, 505, 506, 510, 511, 526])
const KEY: ReadonlySet<number> = new Set([401, 403, 407])
const ADDRESS: ReadonlySet<number> = new Set([405, 426, 501, 505])
const REJECTED: ReadonlySet<number> = new Set([400, 406, 409, 411, 415, 422, 424, 431])

export function meaningOf({
  status,
  innerStatus,
  words,
}: Pick<ProviderError, 'status' | 'innerStatus' | 'words'>): Meaning {
  const isRefusal = status < 200 || status >= 300
  const means = isRefusal ? status : (innerStatus ?? status)
  if (means === 402) return 'credit'
  // Even if it mentions a rate: this request alone exceeds the limit of a minute, however long one waits.
  if (means === 413) return 'too_long'
  const said = WORDS.find(([, pattern]) => pattern.test(words))?.[0]
  if (isPage(words) && said !== 'scheme') return means === 404 || means < 400 ? 'address' : meaningOfStatus(means)
  // From a server that is temporarily down, "not available" means that the model comes back.
  if (said && !(said === 'model' && isNotNow(means))) return said
  const byStatus = meaningOfStatus(means)
  return byStatus === 'unknown' && BUSY.test(words) ? 'busy' : byStatus
}

function meaningOfStatus(status: number): Meaning {
  if (status === 429) return 'rate'
  if (status === 408 || status === 504) return 'slow'
  if (status === 404 || status === 410) return 'nothing_here'
  if (status === 425) return 'busy'
  if (ADDRESS.has(status)) return 'address'
  if (KEY.has(status)) return 'key'
  if (isNotNow(status)) return 'busy'
  return REJECTED.has(status) ? 'rejected' : 'unknown'
}

/** What servers, gateways and CDNs say about temporary outages. */
function isNotNow(status: number): boolean {
  return status >= 500 && status < 600 && !NEVER.has(status)
}

function isPage(words: string): boolean {
  return /^\s*<(!doctype|html|head|\?xml)/i.test(words)
}
