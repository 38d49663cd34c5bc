/**
 * Reads an SSE body as the JSON of its events, only as fast as it is consumed. Does not know: how text becomes events
 * (`core/remote`), what an event may be.
 */
import type { SilenceWatch } from '@holdfast/core'
import { createEventReader, type ReadFault } from '@holdfast/core/remote'
import { AgentFailure } from '../failure.ts'
import { notAgUi } from './failures.ts'

/**
 * Yields any JSON, otherwise unchecked. Ends with the body.
 * @throws AgentFailure `agent_protocol`, `limit_exceeded`; or the socket's error
 */
export async function* readEvents({ body }: Response, watch: SilenceWatch): AsyncGenerator<unknown> {
  if (!body) return
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const events = createEventReader()
  for (;;) {
    const { done, value } = await watch.guard(reader.read())
    if (!done) watch.heard()
    const read = events.read(done ? decoder.decode() : decoder.decode(value, { stream: true }), done)
    yield* read.events
    if (read.fault) throw failureOf(read.fault)
    if (done) return
  }
}

function failureOf(fault: ReadFault): AgentFailure {
  switch (fault) {
    case 'no_event_stream':
      return notAgUi()
    case 'no_json':
      return new AgentFailure('agent_protocol', 'The remote agent sent an event that is not valid JSON. Try again.')
    case 'too_large':
      return new AgentFailure('limit_exceeded', 'The remote agent sent an event that is too large.')
  }
}
