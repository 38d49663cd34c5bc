/** Who is asking. Every store call that serves a person takes one, with a key. */
export interface Principal {
  readonly tenantId: string
  readonly personId: string
}

/** The one person of a server without authentication (`HOLDFAST_AUTH=none`). */
export const LOCAL_PRINCIPAL: Principal = { tenantId: 'local', personId: 'local' }
