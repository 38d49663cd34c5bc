/**
 * fetch, as far as a model provider is trusted. Tells the watch of every byte; follows no redirect, since whoever it
 * points to would be given the conversation; lets nothing grow without bound, however the provider sends it.
 */
import { AgentFailure } from '../failure.ts'
import type { SilenceWatch } from '../silence.ts'
import { failureOf, modelFailure } from './failures.ts'

/** Of one event of the stream: a provider's whole answer is not larger than what an agent may say at once. */
const MAX_EVENT_BYTES = 1024 * 1024
/** Of an answer that is no stream: it is read for the reason it gives. */
const MAX_REASON_BYTES = 64 * 1024

/** Also what servers send that name no type for their stream. */
const STREAM_TYPES = /^\s*(text\/event-stream|text\/plain|$)/i

/** `onTaken`: it answers, and what comes is a stream. */
export function createProviderFetch(watch: Pick<SilenceWatch, 'heard'>, onTaken: () => void = () => {}): typeof fetch {
  return async (request, init) => {
    const response = await fetch(request, { ...init, redirect: 'manual' })
    watch.heard()
    if (response.status >= 300 && response.status < 400) throw redirected()
    if (!response.ok) return new Response(await reasonIn(response, watch), response)
    const type = response.headers.get('content-type') ?? ''
    if (!STREAM_TYPES.test(type)) throw notAStream(await reasonIn(response, watch))
    if (!response.body) throw modelFailure('model_bad_response')
    onTaken()
    return new Response(response.body.pipeThrough(createTap(watch)), response)
  }
}

/** Lets bytes through; an event that goes on for too long ends the stream. */
function createTap(watch: Pick<SilenceWatch, 'heard'>): TransformStream<Uint8Array, Uint8Array> {
  let eventBytes = 0
  let lineBytes = 0
  let last = 0

  function count(byte: number): void {
    if (byte !== 0x0a && byte !== 0x0d) {
      lineBytes++
      eventBytes++
      return
    }
    // An empty line ends an event; the second half of CR LF is no line of its own.
    if (lineBytes === 0 && !(byte === 0x0a && last === 0x0d)) eventBytes = 0
    lineBytes = 0
  }

  return new TransformStream({
    transform(bytes, controller) {
      watch.heard()
      for (const byte of bytes) {
        count(byte)
        last = byte
      }
      if (eventBytes > MAX_EVENT_BYTES) controller.error(modelFailure('model_bad_response'))
      else controller.enqueue(bytes)
    },
  })
}

async function reasonIn({ body }: Response, watch: Pick<SilenceWatch, 'heard'>): Promise<string> {
  if (!body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body) {
    watch.heard()
    bytes += chunk.byteLength
    text += decoder.decode(chunk, { stream: true })
    if (bytes > MAX_REASON_BYTES) break
  }
  return text
}

function redirected(): AgentFailure {
  return new AgentFailure(
    'model_bad_response',
    'The model provider points to another address, where this conversation is not sent: set OPENAI_BASE_URL to it.',
  )
}

/** Some answer 200 and then give the reason why they do not. */
function notAStream(body: string): AgentFailure {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    if (typeof error === 'object' && error !== null) return failureOf(error)
  } catch {
    // No JSON: most likely the page of something that is no model provider.
  }
  return new AgentFailure(
    'model_bad_response',
    'What answers at OPENAI_BASE_URL is no OpenAI-compatible endpoint: check the address, which usually ends in /v1.',
  )
}
