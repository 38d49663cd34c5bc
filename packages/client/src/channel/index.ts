/**
 * RunTransport over a channel: for an Electron main process and its windows, workers, forked processes, other tabs.
 *
 *     // where the connection is
 *     servePort(electronChannel(port1), createHttpTransport({ baseUrl, clock }))
 *     // where the page is
 *     const transport = createPortTransport(portChannel(port2))
 *
 * One port serves one registry: of two readers of one thread's log over the same port the newer lives.
 */
export { createPortTransport, type PortTransport } from './ask.ts'
export {
  type Channel,
  type ElectronPort,
  type EventPort,
  electronChannel,
  type ForkedProcess,
  portChannel,
  processChannel,
} from './channel.ts'
export { type ServedPort, servePort } from './serve.ts'
