/** The locks of a browser profile: one holder each, the others in order behind it. A program that dies has none any more. */
export interface SimulatedLocks<Program> {
  lock(name: string, by: Program, grant: () => void): void
  unlock(name: string, by: Program): void
  die(program: Program): void
}

interface Lock<Program> {
  holder: Program
  queue: readonly { readonly by: Program; grant(): void }[]
}

export function createSimulatedLocks<Program>(): SimulatedLocks<Program> {
  const locks = new Map<string, Lock<Program>>()

  function unlock(name: string, by: Program): void {
    const held = locks.get(name)
    if (held?.holder !== by) return
    const [next, ...queue] = held.queue
    if (!next) {
      locks.delete(name)
      return
    }
    locks.set(name, { holder: next.by, queue })
    next.grant()
  }

  return {
    lock(name, by, grant) {
      const held = locks.get(name)
      if (held) held.queue = [...held.queue, { by, grant }]
      else {
        locks.set(name, { holder: by, queue: [] })
        grant()
      }
    },
    unlock,
    die(program) {
      for (const [name, held] of [...locks]) {
        held.queue = held.queue.filter(({ by }) => by !== program)
        unlock(name, program)
      }
    },
  }
}
