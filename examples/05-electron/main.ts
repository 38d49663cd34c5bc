/**
 * The parts of an Electron application in one Node program, over Node's own MessageChannel: a window asks and is closed in
 * the middle, the next one reads the rest. Nothing is missing, nothing comes twice.
 */
import assert from 'node:assert/strict'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createHttpTransport, type RunTransport } from '@holdfast/client'
import type { ChannelTransport, ElectronPort, MessagePortLike } from '@holdfast/client/channel'
import type { Envelope } from '@holdfast/core'
import { startHoldfast, textOf } from '../holdfast.ts'
import { serveWindow } from './electron-main.ts'
import { handOnPort } from './preload.ts'
import { type PageEvents, transportOfPage } from './renderer.ts'

const KEY = { roomId: 'default', threadId: 'windows' }
const TOKENS = 60

const clock = {
  now: Date.now,
  schedule(ms: number, run: () => void) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** Node's port as Electron's main process has it: messages are events there. */
function asMainPort(port: MessagePort): ElectronPort {
  const asEvent = new Map<(value: unknown) => void, (data: unknown) => void>()
  return {
    postMessage: (message) => port.postMessage(message),
    on(type, listener) {
      const own = type === 'message' ? (data: unknown) => listener({ data }) : listener
      asEvent.set(listener, own)
      port.on(type, own)
    },
    off: (type, listener) => port.off(type, asEvent.get(listener) ?? listener),
    start: () => port.start(),
    close: () => port.close(),
  }
}

/** A window: its port comes from the main process through the preload script to the page. */
function openWindow(transport: RunTransport): { readonly page: Promise<ChannelTransport>; close(): void } {
  const { port1, port2 } = new MessageChannel()
  const pageListeners: Parameters<PageEvents['addEventListener']>[1][] = []
  const preloadListeners: ((event: { readonly ports: readonly MessagePort[] }) => void)[] = []
  const page = transportOfPage({ addEventListener: (_type, listener) => void pageListeners.push(listener) })
  handOnPort<MessagePort>(
    { on: (_channel, listener) => preloadListeners.push(listener) },
    {
      postMessage(data, _origin, ports) {
        for (const listener of pageListeners) listener({ data, ports: ports as readonly MessagePortLike[] })
      },
    },
  )
  const webContents = {
    postMessage(_channel: string, _message: unknown, ports: MessagePort[]) {
      for (const listener of preloadListeners) listener({ ports })
    },
  }
  serveWindow(webContents, { port1: asMainPort(port1), port2 }, transport)
  return { page, close: () => port2.close() }
}

/** Reads until `isEnough` says so, and leaves. */
async function readUntil(
  transport: RunTransport,
  after: number,
  isEnough: (seen: readonly Envelope[]) => boolean,
): Promise<Envelope[]> {
  const seen: Envelope[] = []
  const leave = new AbortController()
  const handlers = {
    onOpen() {},
    onCaughtUp() {},
    onBytes() {},
    onDropped: (reason: string) => assert.fail(reason),
    onEnvelopes(batch: readonly Envelope[]) {
      for (const envelope of batch) {
        if (leave.signal.aborted) return
        seen.push(envelope)
        if (isEnough(seen)) leave.abort()
      }
    },
  }
  await transport.open({ type: 'log', key: KEY, after, handlers }, leave.signal).catch((error: unknown) => {
    if (!leave.signal.aborted) throw error
  })
  return seen
}

const holdfast = await startHoldfast()
try {
  const connection = createHttpTransport({ baseUrl: holdfast.url, clock })

  const first = openWindow(connection)
  const page = await first.page
  await page.ask('start', [
    KEY,
    {
      runId: 'run-1',
      messages: [{ id: 'm-1', role: 'user', content: 'Hello' }],
      agentId: 'demo',
      forwardedProps: { script: { tokens: TOKENS, intervalMs: 20 } },
    },
  ])
  const seen = await readUntil(page, 0, (soFar) => textOf(soFar).includes('t5 '))
  first.close()
  console.log(`The window was closed after: ${textOf(seen)}`)

  const second = openWindow(connection)
  const rest = await readUntil(
    await second.page,
    seen.at(-1)?.seq ?? 0,
    (soFar) => soFar.at(-1)?.event.type === 'run.ended',
  )
  second.close()
  console.log(`The next window read the other ${rest.length} records.`)

  const all = [...seen, ...rest]
  assert.deepEqual(
    all.map(({ seq }) => seq),
    all.map((_, index) => index + 1),
  )
  assert.equal(textOf(all), Array.from({ length: TOKENS }, (_, n) => `t${n} `).join(''))
  assert.deepEqual(all.at(-1)?.event, { type: 'run.ended', outcome: { type: 'succeeded' } })
} finally {
  await holdfast.close()
}
