/**
 * RunTransport over a channel: for an Electron main process and its windows, workers, forked processes, other tabs.
 *
 *     // where the connection is
 *     serveChannel(electronChannel(port1), createHttpTransport({ baseUrl, clock }))
 *     // where the page is
 *     const transport = createChannelTransport(messagePortChannel(port2))
 *
 * One channel serves one registry: of two readers of one thread's log over the same channel the newer survives, unless it
 * is read `apart`.
 */
export { type ChannelTransport, createChannelTransport } from './ask.ts'
export {
  type Channel,
  type ElectronPort,
  electronChannel,
  type ForkedProcess,
  type MessagePortLike,
  messagePortChannel,
  processChannel,
} from './channel.ts'
export { type ServedChannel, serveChannel } from './serve.ts'
