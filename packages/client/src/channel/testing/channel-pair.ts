/** Two ends of a channel in one program: clones what is posted, delivers it in a later turn, and freezes or dies when told. */
import type { Channel } from '../channel.ts'

export interface ChannelPair {
  readonly near: Channel
  readonly far: Channel
  /** What is posted to the near end waits, as in a page that sleeps. */
  freeze(): void
  thaw(): void
  /** How many messages wait for a frozen end. */
  readonly waiting: number
}

interface End {
  readonly channel: Channel
  hear(message: unknown): void
  gone(): void
}

export function createChannelPair(): ChannelPair {
  let open = true
  let frozen: unknown[] | undefined

  const near = createEnd(() => far)
  const far: End = createEnd(() => near)
  const deaf = near.hear
  near.hear = (message) => {
    if (frozen) frozen.push(message)
    else deaf(message)
  }

  function createEnd(other: () => End): End {
    const listeners = new Set<{ onMessage(message: unknown): void; onClose(): void }>()
    return {
      hear(message) {
        for (const { onMessage } of [...listeners]) onMessage(message)
      },
      gone() {
        for (const { onClose } of [...listeners]) onClose()
      },
      channel: {
        post(message) {
          const clone: unknown = structuredClone(message)
          if (open) queueMicrotask(() => open && other().hear(clone))
        },
        listen(onMessage, onClose) {
          const one = { onMessage, onClose }
          listeners.add(one)
          return () => void listeners.delete(one)
        },
        close() {
          if (!open) return
          open = false
          near.gone()
          far.gone()
        },
      },
    }
  }

  return {
    near: near.channel,
    far: far.channel,
    freeze() {
      frozen ??= []
    },
    thaw() {
      const late = frozen ?? []
      frozen = undefined
      for (const message of late) deaf(message)
    },
    get waiting() {
      return frozen?.length ?? 0
    },
  }
}
