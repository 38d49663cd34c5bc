/**
 * An SSE body as what it says, event by event: read only as fast as somebody asks, never holding more than one event.
 * Does not know: which event may come when.
 */
import type { Event } from '@ag-ui/core'
import { createParser } from 'eventsource-parser'
import { AgentFailure } from '../failure.ts'
import type { SilenceWatch } from '../silence.ts'

/** UTF-16 units of one event with its field names: a little more than what an agent may say at once. */
const MAX_EVENT_UNITS = 1024 * 1024 + 64 * 1024

/**
 * Events as they came, unchecked but for being JSON. Ends when the body does.
 * @throws AgentFailure `agent_protocol`, `limit_exceeded`; or what the socket says
 */
export async function* readEvents({ body }: Response, watch: SilenceWatch): AsyncGenerator<Event> {
  if (!body) return
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const said: string[] = []
  let tooLarge = false
  const parser = createParser({
    maxBufferSize: MAX_EVENT_UNITS,
    onEvent: ({ data }) => void said.push(data),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') tooLarge = true
    },
  })
  for (;;) {
    const { done, value } = await watch.guard(reader.read())
    if (done) return
    watch.heard()
    feed(decoder.decode(value, { stream: true }))
    for (const data of said.splice(0)) yield parsed(data)
    if (tooLarge) throw new AgentFailure('limit_exceeded', 'The remote agent sent an event that is too large.')
  }

  function feed(text: string): void {
    try {
      parser.feed(text)
    } catch {
      // After it has refused a buffer the parser takes nothing more.
      tooLarge = true
    }
  }
}

/** The recorder takes nothing on trust; that it is called an event here is only for the port's sake. */
function parsed(data: string): Event {
  try {
    return JSON.parse(data) as Event
  } catch {
    throw new AgentFailure('agent_protocol', 'The remote agent sent something that is no JSON. Try again.')
  }
}
