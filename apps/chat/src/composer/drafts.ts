/**
 * What is being written, by conversation: switching away and back loses no word.
 *
 * Owns: the texts, in memory. Does not know: React, threads. A draft's place is any string that names it.
 */
export interface Drafts {
  read(place: string): string
  write(place: string, text: string): void
  /** Puts words that could not be sent back in front of what is written; once for each `runId` that was to carry them. */
  giveBackOnce(place: string, runId: string, text: string): void
  subscribe(listener: () => void): () => void
}

export function createDrafts(): Drafts {
  const texts = new Map<string, string>()
  const givenBack = new Set<string>()
  const listeners = new Set<() => void>()

  function write(place: string, text: string): void {
    if (text === '') texts.delete(place)
    else texts.set(place, text)
    for (const listener of [...listeners]) listener()
  }
  const read = (place: string): string => texts.get(place) ?? ''

  return {
    read,
    write,
    giveBackOnce(place, runId, text) {
      if (givenBack.has(runId)) return
      givenBack.add(runId)
      const written = read(place)
      if (text !== '') write(place, written === '' ? text : `${text}\n${written}`)
    },
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}
