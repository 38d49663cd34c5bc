/** In the page: the same transport as over HTTP, through the port that the preload script handed on. */
import {
  type ChannelTransport,
  createChannelTransport,
  type MessagePortLike,
  messagePortChannel,
} from '@holdfast/client/channel'
import { PORT_FOR_PAGE } from './electron-main.ts'

export interface PageEvents {
  addEventListener(type: 'message', listener: (event: PortMessage) => void): void
}

interface PortMessage {
  readonly data: unknown
  readonly ports: readonly MessagePortLike[]
}

/**
 * A registry goes on top of it as over HTTP:
 *
 *     const environment = browserEnvironment()
 *     const registry = createRunRegistry({ transport: await transportOfPage(window), environment })
 */
export function transportOfPage(window: PageEvents): Promise<ChannelTransport> {
  return new Promise((resolve) => {
    window.addEventListener('message', ({ data, ports: [port] }) => {
      if (data === PORT_FOR_PAGE && port) resolve(createChannelTransport(messagePortChannel(port)))
    })
  })
}
