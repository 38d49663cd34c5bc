/** The process of `agui-server.ts`. Asked to "say 20 words, pause at 5", its agent says five, and the rest when told to go on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AbstractAgent, type BaseEvent, EventType, type RunAgentInput } from '@ag-ui/client'
import {
  type CopilotRuntimeLike,
  CopilotSseRuntime,
  createCopilotEndpoint,
  InMemoryAgentRunner,
} from '@copilotkitnext/runtime'
import { serve } from '@hono/node-server'
import { Observable } from 'rxjs'

const waiting = new Set<() => void>()
process.on('message', () => {
  for (const goOn of [...waiting]) goOn()
  waiting.clear()
})
process.on('disconnect', () => process.exit(0))

class Words extends AbstractAgent {
  private stopped = false

  private goOn = (): void => {}

  override abortRun(): void {
    this.stopped = true
    this.goOn()
  }

  override clone(): Words {
    return new Words({ agentId: 'words' })
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      this.goOn = resolve
      waiting.add(resolve)
    })
  }

  override run({ threadId, runId, messages }: RunAgentInput): Observable<BaseEvent> {
    const last = messages.findLast(({ role }) => role === 'user')
    const text = typeof last?.content === 'string' ? last.content : ''
    const count = Number(/(\d+) words/.exec(text)?.[1] ?? 3)
    const pauseAt = Number(/pause at (\d+)/.exec(text)?.[1] ?? Number.POSITIVE_INFINITY)
    const messageId = `answer-${runId}`
    return new Observable((subscriber) => {
      const say = (event: object) => subscriber.next(event as BaseEvent)
      const speak = async (): Promise<void> => {
        say({ type: EventType.RUN_STARTED, threadId, runId })
        say({ type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' })
        for (let n = 0; n < count && !this.stopped; n++) {
          if (n === pauseAt) await this.pause()
          if (this.stopped) break
          say({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `w${n} ` })
          await sleep(2)
        }
        say({ type: EventType.TEXT_MESSAGE_END, messageId })
        say({ type: EventType.RUN_FINISHED, threadId, runId })
        subscriber.complete()
      }
      void speak()
    })
  }
}

const agents = { words: new Words({ agentId: 'words' }) }
// Its type has a field of `undefined` that its own options refuse under `exactOptionalPropertyTypes`.
const runtime = new CopilotSseRuntime({ agents, runner: new InMemoryAgentRunner() }) as unknown as CopilotRuntimeLike
const app = createCopilotEndpoint({ runtime, basePath: '/api' })
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => void process.send?.(port))
