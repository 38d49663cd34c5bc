/**
 * PORT Tool: something that a model may call. PORT ToolSource: where tools come from. Everything is asynchronous, so
 * that a tool can live elsewhere: in the config module, in its worker, in an MCP server. What a tool returns is
 * untrusted until the loop has copied it.
 */

export type JsonObject = { readonly [name: string]: unknown }

/**
 * What a second call with the same arguments would do. It decides what happens to a call that a crash interrupted:
 * `read` and `idempotent` calls are made again with the same key; for `effect` the person decides.
 */
export type ToolEffect = 'read' | 'idempotent' | 'effect'

export interface ToolContext {
  /** Aborts when the run ends or the call's time is over. A tool that ignores it is abandoned. */
  readonly signal: AbortSignal
  readonly tenantId: string
  readonly roomId: string
  readonly threadId: string
  readonly runId: string
  /** Present if a sub-agent makes the call. */
  readonly subagentRunId?: string
  readonly toolCallId: string
  /** Idempotency key: the same on every attempt of this call, different for every other call. */
  readonly key: string
  /** Shows how far the call is, for example "3 of 10 pages". Only the latest text counts. */
  progress(text: string): void
  /**
   * Asks the person. Absent where it is not possible. The run ends with the question: the signal aborts, and this rejects
   * with an AbortError. The run that answers makes the call again with the same key, and the same question, asked again in
   * the same order, then resolves at once. So ask before you act.
   */
  ask?(question: ToolQuestion): Promise<ToolAnswer>
}

export interface ToolQuestion {
  readonly message: string
  /** JSON Schema of an object: what the answer may be. */
  readonly schema: JsonObject
}

/** `cancelled`: the person dismissed the question without deciding. */
export type ToolAnswer =
  | { readonly type: 'answered'; readonly content: JsonObject }
  | { readonly type: 'declined' }
  | { readonly type: 'cancelled' }

export type ParsedInput =
  | { readonly type: 'ok'; readonly input: unknown }
  /** `message` says what is wrong, to the model or to the person who edited the arguments. */
  | { readonly type: 'wrong'; readonly message: string }

export type ApprovalContext = Omit<ToolContext, 'progress' | 'ask'>

/** A tool as the loop sees it. */
export interface Tool {
  /** Unique among an agent's tools: `send`, or `files/read_file` for a tool of the MCP server `files`. */
  readonly name: string
  readonly description: string
  /** JSON Schema of an object. */
  readonly inputSchema: JsonObject
  readonly effect: ToolEffect
  /** Milliseconds that the person has to approve a call. Absent: no limit. */
  readonly approvalTtlMs?: number
  /** Milliseconds that one call may take. Absent: the loop's own limit. */
  readonly timeoutMs?: number
  parse(input: unknown): Promise<ParsedInput>
  /** `input` is what `parse` returned. */
  needsApproval(input: unknown, context: ApprovalContext): Promise<boolean>
  /** `input` is what `parse` returned. Resolves with JSON or a text. Rejects if the call failed. */
  execute(input: unknown, context: ToolContext): Promise<unknown>
}

/** The list may change while a run is live: it is read before each call of a model. */
export interface ToolSource {
  tools(): Promise<readonly Tool[]>
  close(): Promise<void>
}
