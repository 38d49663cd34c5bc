/** In the preload script: hands the port that came from the main process on to the page. */
import { PORT_FOR_PAGE } from './electron-main.ts'

/** Of Electron's `ipcRenderer` and of the page's `window` what this needs. */
export interface IpcRenderer<Port> {
  on(channel: string, listener: (event: { readonly ports: readonly Port[] }) => void): unknown
}

export interface PageWindow<Port> {
  postMessage(message: unknown, targetOrigin: string, transfer: Port[]): void
}

export function handOnPort<Port>(ipcRenderer: IpcRenderer<Port>, window: PageWindow<Port>): void {
  ipcRenderer.on(PORT_FOR_PAGE, ({ ports }) => window.postMessage(PORT_FOR_PAGE, '*', [...ports]))
}
