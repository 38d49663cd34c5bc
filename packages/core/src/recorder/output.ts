/**
 * What a run has recorded and nobody has taken yet, as JSON, and how many bytes the run has used of its limits.
 *
 * Does not know: whether an event may come now, or how a run ends.
 */
import { type Coalescer, createCoalescer } from './coalesce.ts'
import type { RecorderLimits } from './limits.ts'
import { tooMuch } from './refusal.ts'

export interface Output extends Pick<Coalescer, 'add'> {
  /** @throws Refusal when one more event of `size` bytes would exceed a limit */
  checkSize(size: number): void
  /** Adds one event behind everything before it; `copied` are the bytes that it copies within the shared state. */
  append(json: string, size: number, copied: number): void
  /** What has gathered since the last call. */
  take(): string[]
  /** Approximate bytes that `take` would give now. */
  pendingBytes(): number
  /** The run has recorded no event since it began, taken ones included. */
  isUnused(): boolean
}

export function createOutput(limits: Pick<RecorderLimits, 'maxEventBytes' | 'maxBytes' | 'maxCoalescedBytes'>): Output {
  const { maxEventBytes, maxBytes, maxCoalescedBytes } = limits
  const coalescer = createCoalescer(maxCoalescedBytes, emit)
  let pending: string[] = []
  let pendingBytes = 0
  let bytes = 0

  function emit(json: string, size: number): void {
    pending.push(json)
    pendingBytes += size
    bytes += size
  }

  return {
    add: coalescer.add,
    checkSize(size) {
      if (size > maxEventBytes) tooMuch(`The agent sent an event of more than ${maxEventBytes} bytes.`)
      if (bytes + coalescer.growing() + size > maxBytes) {
        tooMuch(`The agent sent more than ${maxBytes} bytes in one run.`)
      }
    },
    append(json, size, copied) {
      coalescer.flush()
      emit(json, size)
      bytes += copied
    },
    take() {
      coalescer.flush()
      const taken = pending
      pending = []
      pendingBytes = 0
      return taken
    },
    pendingBytes: () => pendingBytes + coalescer.growing(),
    isUnused: () => bytes === 0,
  }
}
