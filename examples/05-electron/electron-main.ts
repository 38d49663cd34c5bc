/** In the main process: the one connection to the server, and a port to it for each window. */
import type { RunTransport } from '@holdfast/client'
import { type ElectronPort, electronChannel, type ServedChannel, serveChannel } from '@holdfast/client/channel'

export const PORT_FOR_PAGE = 'holdfast-port'

/** Of Electron's `MessageChannelMain` and `WebContents` what this needs. */
export interface MessageChannelMain<Port> {
  readonly port1: ElectronPort
  readonly port2: Port
}

export interface WebContents<Port> {
  postMessage(channel: string, message: unknown, transfer: Port[]): void
}

/**
 * After each load of the window's page, so that a reload has a port too:
 *
 *     window.webContents.on('did-finish-load', () => serveWindow(window.webContents, new MessageChannelMain(), transport))
 *
 * The port of the page before it has closed by itself, and its subscriptions with it. No run notices.
 */
export function serveWindow<Port>(
  window: WebContents<Port>,
  { port1, port2 }: MessageChannelMain<Port>,
  transport: RunTransport,
): ServedChannel {
  const served = serveChannel(electronChannel(port1), transport)
  window.postMessage(PORT_FOR_PAGE, null, [port2])
  return served
}
