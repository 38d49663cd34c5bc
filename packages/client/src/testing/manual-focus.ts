/** Whether the page has the focus, as the test says: the double of `Focus`. */
import type { Focus } from '../environment/port.ts'

export interface ManualFocus extends Focus {
  set(focused: boolean): void
  readonly listeners: number
}

export function createManualFocus(): ManualFocus {
  const listeners = new Set<() => void>()
  let focused = true
  return {
    get focused() {
      return focused
    },
    get listeners() {
      return listeners.size
    },
    set(on) {
      focused = on
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      const own = () => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}
