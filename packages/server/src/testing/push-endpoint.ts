/**
 * A push service for tests: an HTTP server on loopback that takes what `web-push` sends, checks its signature (RFC 8292)
 * and decrypts it as a browser would (RFC 8291). It mints the subscriptions, so it has their keys.
 *
 * The server under test must allow it: `HOLDFAST_PUSH_SERVICES=<origin>`.
 */
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PushPayload, PushSubscriptionInfo } from '@holdfast/core'

export interface ReceivedPush {
  readonly endpoint: string
  /** Decrypted. */
  readonly payload: PushPayload
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The server's key, whose signature is valid, and what was signed. */
  readonly key: string
  readonly claims: { readonly aud: string; readonly exp: number; readonly sub: string }
}

/** How a request is answered: by a status, or not at all. */
export type PushAnswer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'never'

export interface PushEndpoint {
  readonly origin: string
  /** Everything that was sent, also what was refused. */
  readonly received: readonly ReceivedPush[]
  /** The nth push, from 0: resolves once it has come. */
  push(n: number): Promise<ReceivedPush>
  /** A subscription as a browser would make it. */
  subscribe(): PushSubscriptionInfo
  /** Answers requests to this subscription like this from now on. Default: 201. */
  answer(subscription: PushSubscriptionInfo, answer: PushAnswer): void
  close(): Promise<void>
}

interface Subscriber {
  readonly ecdh: ECDH
  readonly auth: Buffer
  answer: PushAnswer
}

export async function startPushEndpoint(): Promise<PushEndpoint> {
  const subscribers = new Map<string, Subscriber>()
  const received: ReceivedPush[] = []
  const faults: unknown[] = []
  let heard = Promise.withResolvers<void>()
  let minted = 0

  const server = createServer((request, response) => {
    void take(request, response).catch((error: unknown) => {
      faults.push(error)
      heard.resolve()
      response.writeHead(400).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const endpoint = `${origin}${request.url}`
    const subscriber = subscribers.get(endpoint)
    if (!subscriber) {
      response.writeHead(404).end()
      return
    }
    const payload = JSON.parse(decrypt(Buffer.concat(chunks), subscriber)) as PushPayload
    const headers = request.headers as Record<string, string | undefined>
    received.push({ endpoint, payload, headers, ...signedBy(headers.authorization ?? '') })
    heard.resolve()
    heard = Promise.withResolvers()
    const { answer } = subscriber
    if (answer !== 'never') response.writeHead(answer.status, answer.headers).end('An answer that nobody reads.')
  }

  return {
    origin,
    received,
    async push(n) {
      for (;;) {
        const [fault] = faults
        if (fault !== undefined) throw fault
        const push = received[n]
        if (push) return push
        await heard.promise
      }
    },
    subscribe() {
      const ecdh = createECDH('prime256v1')
      const auth = randomBytes(16)
      const endpoint = `${origin}/send/${++minted}`
      const p256dh = ecdh.generateKeys('base64url')
      subscribers.set(endpoint, { ecdh, auth, answer: { status: 201 } })
      return { endpoint, expirationTime: null, keys: { p256dh, auth: auth.toString('base64url') } }
    },
    answer({ endpoint }, answer) {
      const subscriber = subscribers.get(endpoint)
      if (subscriber) subscriber.answer = answer
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One record of `aes128gcm` (RFC 8188): salt, record size, the sender's key, ciphertext. */
function decrypt(body: Buffer, { ecdh, auth }: Subscriber): string {
  const salt = body.subarray(0, 16)
  const keyLength = body.readUInt8(20)
  const sender = body.subarray(21, 21 + keyLength)
  const sealed = body.subarray(21 + keyLength)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender])
  const secret = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32))
  const derive = (what: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, Buffer.from(`Content-Encoding: ${what}\0`), length))
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
  decipher.setAuthTag(sealed.subarray(-16))
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  const end = padded.lastIndexOf(2)
  if (end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('The padding is not valid.')
  return padded.subarray(0, end).toString('utf8')
}

/** @throws Error unless the signature is one of this key */
function signedBy(authorization: string): Pick<ReceivedPush, 'key' | 'claims'> {
  const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? []
  const [head = '', body = '', signature = ''] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const x = point.subarray(1, 33).toString('base64url')
  const y = point.subarray(33).toString('base64url')
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
  const signed = Buffer.from(`${head}.${body}`)
  const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', signed, options, Buffer.from(signature, 'base64url')))
    throw new Error('The signature is wrong.')
  return { key, claims: JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as ReceivedPush['claims'] }
}
