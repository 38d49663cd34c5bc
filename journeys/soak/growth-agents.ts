/**
 * HOLDFAST_CONFIG of the server of `growth-loop.ts`: an agent that emits a given number of events that cannot be
 * joined, and one that reports how much heap the server and its store use.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { type Event, EventType } from '@ag-ui/core'
import { defineAgent, defineConfig } from '@holdfast/server'
import { heapInUse, heapOfWorker } from '../../scripts/heap-in-use.ts'

const CALM_MS = 500

/** The store's: this module is read before there is one. */
const workers: Worker[] = []
process.on('worker', (worker) => workers.push(worker))

async function heaps(): Promise<string> {
  let store = 0
  for (const worker of workers) store += await heapOfWorker(worker)
  if (store === 0) throw new Error('The store has no worker.')
  return JSON.stringify({ server: await heapInUse(), store })
}

async function* talk(runId: string, events: number): AsyncGenerator<Event> {
  const messageId = `${runId}-text`
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
  for (let n = 0; n < events; n += 2) {
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `${n} ` }
    yield { type: EventType.CUSTOM, name: 'between', value: n }
  }
  yield { type: EventType.TEXT_MESSAGE_END, messageId }
}

export default defineConfig({
  agents: [
    defineAgent({
      id: 'talk',
      run: ({ runId, forwardedProps }) => talk(runId, Number((forwardedProps as { events?: unknown }).events)),
    }),
    defineAgent({
      id: 'heap',
      async *run({ runId }) {
        // Memory of ended runs is released first.
        await wait(CALM_MS)
        const messageId = `${runId}-text`
        yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
        yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: await heaps() }
        yield { type: EventType.TEXT_MESSAGE_END, messageId }
      },
    }),
  ],
})
