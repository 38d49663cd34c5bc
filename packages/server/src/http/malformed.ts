/** Input that is not valid HTTP is answered with a problem like everything else, as far as the connection allows. */
import type { Socket } from 'node:net'
import { PROBLEM_STATUS, type ProblemCode } from '@holdfast/core'
import { ProblemError, problemResponse } from './problem-error.ts'

/** Milliseconds that a sender may continue after the answer. */
const GRACE_MS = 1_000

const MALFORMED = new ProblemError('malformed_request', 'The request could not be read as HTTP/1.1.')

/** A request whose target is not an address of this server. */
export const malformedTarget = (): Response => problemResponse(MALFORMED)

const BY_NODE_CODE: Readonly<Record<string, ProblemError>> = {
  HPE_HEADER_OVERFLOW: new ProblemError('headers_too_large', 'The headers of a request may have at most 16 KiB.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new ProblemError('malformed_request', 'Send chunks without extensions.'),
  ERR_HTTP_REQUEST_TIMEOUT: new ProblemError('request_timeout', 'The request took too long to arrive. Send it again.'),
}

/** Handler of Node's `clientError`. A response that has started gets nothing added: its connection is closed. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  const { _httpMessage: answer } = socket as Socket & { readonly _httpMessage?: { readonly headersSent: boolean } }
  if (error.code === 'ECONNRESET' || !socket.writable || answer?.headersSent) {
    socket.destroy(error)
    return
  }
  void problemResponse(BY_NODE_CODE[error.code ?? ''] ?? MALFORMED)
    .text()
    .then((body) => {
      const { status } = JSON.parse(body) as { readonly status: number }
      const head = [
        `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}`,
        'Content-Type: application/problem+json',
        'Cache-Control: no-store',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
      ]
      socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
      // Reads what is still arriving, so that a reset does not destroy the answer.
      socket.resume()
      setTimeout(() => socket.destroy(), GRACE_MS).unref()
    })
}

const REASONS: Readonly<Record<number, string>> = {
  [PROBLEM_STATUS.malformed_request]: 'Bad Request',
  [PROBLEM_STATUS.request_timeout]: 'Request Timeout',
  [PROBLEM_STATUS.headers_too_large]: 'Request Header Fields Too Large',
} satisfies Partial<Record<(typeof PROBLEM_STATUS)[ProblemCode], string>>
