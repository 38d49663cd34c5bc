/** A sink for tests that holds what is written to it until the test drains it. */
import { HEARTBEAT } from '@holdfast/core'
import type { Sink } from '../sink.ts'

const decoder = new TextDecoder()

/** @param capacity in bytes; beyond it the sink is full. Without one it takes everything at once. */
export function createScriptedSink(capacity = Number.POSITIVE_INFINITY) {
  const written: Uint8Array[] = []
  let holds = 0
  let full = false
  let drained = () => {}
  let closed = () => {}
  const state = { ended: 0, mostHeld: 0, writtenWhileFull: 0 }
  const sink: Sink = {
    write(bytes) {
      if (full) state.writtenWhileFull++
      written.push(bytes)
      holds += bytes.byteLength
      state.mostHeld = Math.max(state.mostHeld, holds)
      full = holds > capacity
      return !full
    },
    idle: () => holds === 0 || capacity === Number.POSITIVE_INFINITY,
    end: () => void state.ended++,
    onDrain(listener) {
      drained = listener
    },
    onClose(listener) {
      closed = listener
    },
  }
  return {
    sink,
    state,
    written,
    /** Bytes that were written since the last drain. */
    get holds() {
      return holds
    },
    /** Everything written, without heartbeats. */
    text: () =>
      written
        .map((bytes) => decoder.decode(bytes))
        .join('')
        .replaceAll(HEARTBEAT, ''),
    drain() {
      holds = 0
      if (!full) return
      full = false
      drained()
    },
    close: () => closed(),
  }
}

export type ScriptedSink = ReturnType<typeof createScriptedSink>
