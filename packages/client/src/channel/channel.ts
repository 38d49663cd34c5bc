/**
 * A way for values between two programs: two windows, a page and its worker, two processes.
 *
 * Owns: one small interface over what platforms offer for this. Does not know: what is sent.
 *
 * Invariants:
 * - Values arrive whole and in the order in which they were posted, or not at all.
 * - Only what can be cloned crosses. `post` throws for anything else, and for nothing else: to an end that is gone it is silent.
 * - Only some platforms call `onClose`: that it was not called says nothing about the other end.
 */
export interface Channel {
  post(message: unknown): void
  /** Nothing is received before this call, nor after a call of the returned function. Undoing twice is harmless. */
  listen(onMessage: (message: unknown) => void, onClose: () => void): () => void
  close(): void
}

/** A MessagePort of a page, a worker or Node; a page's Worker; the inside of one; a BroadcastChannel. */
export interface MessagePortLike {
  postMessage(message: unknown): void
  addEventListener(type: string, listener: (event: Event) => void): void
  removeEventListener(type: string, listener: (event: Event) => void): void
  start?(): void
  close?(): void
}

export function messagePortChannel(port: MessagePortLike): Channel {
  return {
    post: (message) => port.postMessage(message),
    listen(onMessage, onClose) {
      const hear = (event: Event) => onMessage((event as MessageEvent<unknown>).data)
      port.addEventListener('message', hear)
      port.addEventListener('close', onClose)
      port.start?.()
      return () => {
        port.removeEventListener('message', hear)
        port.removeEventListener('close', onClose)
      }
    },
    close: () => port.close?.(),
  }
}

interface Emitter {
  on(type: string, listener: (value: unknown) => void): unknown
  off(type: string, listener: (value: unknown) => void): unknown
}

/** A process that was forked, or the process itself in it. Fork with `serialization: 'advanced'`: that clones, JSON does not. */
export interface ForkedProcess extends Emitter {
  readonly connected: boolean
  send?(message: unknown, done: (error: Error | null) => void): boolean
  disconnect?(): void
}

export function processChannel(process: ForkedProcess): Channel {
  return {
    post(message) {
      // A send that fails is an end that is gone: `disconnect` says so.
      if (process.connected) process.send?.(message, () => {})
    },
    listen: (onMessage, onClose) => hear(process, onMessage, onClose, ['disconnect', 'exit']),
    close() {
      if (process.connected) process.disconnect?.()
    },
  }
}

/** The main process's end of an Electron MessageChannel (MessagePortMain): its messages are events. */
export interface ElectronPort extends Emitter {
  postMessage(message: unknown): void
  start(): void
  close(): void
}

export function electronChannel(port: ElectronPort): Channel {
  return {
    post: (message) => port.postMessage(message),
    listen(onMessage, onClose) {
      const undo = hear(port, (event) => onMessage((event as { readonly data?: unknown }).data), onClose, ['close'])
      port.start()
      return undo
    },
    close: () => port.close(),
  }
}

function hear(
  from: Emitter,
  onMessage: (message: unknown) => void,
  onClose: () => void,
  ends: readonly string[],
): () => void {
  from.on('message', onMessage)
  for (const end of ends) from.on(end, onClose)
  return () => {
    from.off('message', onMessage)
    for (const end of ends) from.off(end, onClose)
  }
}
