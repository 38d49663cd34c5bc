/** Why a request failed: one closed union, so that the code that catches it can switch over it. */
import { PROBLEM_STATUS, type Problem } from '@holdfast/core'

export type TransportFault =
  /** Nothing answered, or the connection broke, or no answer came in time. */
  | { readonly type: 'network' }
  /** A proxy or a gateway answered that the server is not available now. */
  | { readonly type: 'unavailable'; readonly status: number }
  /** The server refused, and says why. */
  | { readonly type: 'problem'; readonly problem: Problem }
  /** The person has to sign in first. */
  | { readonly type: 'unauthorized' }
  /** An answer that docs/PROTOCOL.md does not know. */
  | { readonly type: 'protocol'; readonly detail: string }
  /** The caller has given up the request. */
  | { readonly type: 'aborted' }

function sentence(fault: TransportFault): string {
  switch (fault.type) {
    case 'network':
      return 'The server could not be reached. Check the connection and try again.'
    case 'unavailable':
      return `The server is not available right now (${fault.status}). Try again in a moment.`
    case 'problem':
      return fault.problem.detail || fault.problem.title
    case 'unauthorized':
      return 'You are signed out. Sign in and try again.'
    case 'protocol':
      return 'A proxy or a sign-in page answered for the server. Try again.'
    case 'aborted':
      return 'The request was cancelled.'
  }
}

export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly fault: TransportFault

  constructor(fault: TransportFault, options?: ErrorOptions) {
    super(sentence(fault), options)
    this.fault = fault
  }
}

/** Whether the same request may succeed when it is simply sent again. A full disk may not. */
export function isTransient(error: TransportError): boolean {
  switch (error.fault.type) {
    case 'network':
    case 'unavailable':
      return true
    case 'problem':
      return PROBLEM_STATUS[error.fault.problem.code] === 503 || error.fault.problem.code === 'internal'
    case 'unauthorized':
    case 'protocol':
    case 'aborted':
      return false
  }
}

/**
 * Whether the request may have been carried out all the same: nothing that is known to come from the server has refused
 * it. A page of a gateway or a captive portal says nothing about what the server did.
 */
export function isUnanswered(error: TransportError): boolean {
  return isTransient(error) || error.fault.type === 'protocol'
}

/** The problem behind an error, if the server gave one. */
export function problemOf(error: TransportError): Problem | undefined {
  return error.fault.type === 'problem' ? error.fault.problem : undefined
}

/** Every failure of a transport is a TransportError. Anything else broke below the transport: that is the network's fault. */
export function transportError(cause: unknown): TransportError {
  return cause instanceof TransportError ? cause : new TransportError({ type: 'network' }, { cause })
}
