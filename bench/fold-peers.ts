/** The peers as an application uses them, without network and React. */
import { AbstractAgent } from '@ag-ui/client'
import type { BaseEvent } from '@ag-ui/core'
import { AbstractChat, type ChatState, type ChatTransport, type UIMessage, type UIMessageChunk } from 'ai'
import { from, type Observable } from 'rxjs'
import { KEY, type Workload } from './fold-workload.ts'

/** One `runAgent` with a listener on messages and state, ready to start. */
export function runAgUi(workload: Workload, seen: (value: unknown) => void): () => Promise<void> {
  class MemoryAgent extends AbstractAgent {
    override run(): Observable<BaseEvent> {
      return from(workload.events as readonly unknown[] as BaseEvent[])
    }
  }
  const agent = new MemoryAgent({
    threadId: KEY.threadId,
    initialMessages: structuredClone(workload.history) as [],
    initialState: structuredClone(workload.state),
  })
  agent.subscribe({
    onMessagesChanged: ({ messages }) => seen(messages),
    onStateChanged: ({ state }) => seen(state),
  })
  return async () => {
    await agent.runAgent({ runId: 'run' })
  }
}

/** One answer through `ai`'s chat, with its state kept as in @ai-sdk/react, ready to start. */
export function runAi(workload: Workload, seen: (value: unknown) => void): () => Promise<void> {
  const chunks = chunksOf(workload)
  const transport: ChatTransport<UIMessage> = {
    sendMessages: async () =>
      new ReadableStream<UIMessageChunk>({
        pull(controller) {
          const chunk = chunks.shift()
          if (chunk === undefined) controller.close()
          else controller.enqueue(chunk)
        },
      }),
    reconnectToStream: async () => null,
  }
  class MemoryChat extends AbstractChat<UIMessage> {}
  const messages = workload.history.map(
    ({ id, role, content }) => ({ id, role, parts: [{ type: 'text', text: content }] }) as UIMessage,
  )
  let failure: Error | undefined
  const chat = new MemoryChat({
    id: KEY.threadId,
    transport,
    state: createState(messages, seen),
    onError: (error) => {
      failure = error
    },
  })
  return async () => {
    await chat.sendMessage({ text: 'Go' })
    if (failure) throw failure
  }
}

function createState(initial: UIMessage[], seen: (value: unknown) => void): ChatState<UIMessage> {
  let messages = initial
  const set = (next: UIMessage[]) => {
    messages = next
    seen(messages)
  }
  return {
    status: 'ready',
    error: undefined,
    get messages() {
      return messages
    },
    set messages(next) {
      set(next)
    },
    pushMessage: (message) => set(messages.concat(message)),
    popMessage: () => set(messages.slice(0, -1)),
    replaceMessage: (index, message) =>
      set([...messages.slice(0, index), structuredClone(message), ...messages.slice(index + 1)]),
    snapshot: (thing) => structuredClone(thing),
  }
}

function chunksOf({ events, kind }: Workload): UIMessageChunk[] {
  const chunks: UIMessageChunk[] = [{ type: 'start', messageId: 'answer' }]
  for (const event of events as readonly { type: string; delta: string }[]) {
    switch (event.type) {
      case 'TEXT_MESSAGE_START':
        chunks.push({ type: 'text-start', id: 'text' })
        break
      case 'TEXT_MESSAGE_CONTENT':
        chunks.push({ type: 'text-delta', id: 'text', delta: event.delta })
        break
      case 'TEXT_MESSAGE_END':
        chunks.push({ type: 'text-end', id: 'text' })
        break
      case 'TOOL_CALL_START':
        chunks.push({ type: 'tool-input-start', toolCallId: 'call', toolName: 'write', dynamic: true })
        break
      case 'TOOL_CALL_ARGS':
        chunks.push({ type: 'tool-input-delta', toolCallId: 'call', inputTextDelta: event.delta })
        break
      case 'TOOL_CALL_END':
        chunks.push({ type: 'tool-input-available', toolCallId: 'call', toolName: 'write', input: {}, dynamic: true })
    }
  }
  if (kind === 'state') throw new Error('ai has no patches of state')
  chunks.push({ type: 'finish' })
  return chunks
}
