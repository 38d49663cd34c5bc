/**
 * Calls that wait for their answer. They are numbered in order and answered nearly in order, so this is a list that is
 * consumed from its front. A map would be rebuilt after every few hundred of them.
 *
 * Invariant: each call is taken once.
 */
export interface Pending<Call> {
  /** Returns its number. */
  add(call: Call): number
  take(id: number): Call | undefined
  /** Removes all that are left, oldest first. */
  clear(): Call[]
}

/** The consumed part of the list is removed once it is this long and half of the list. */
const SPENT = 512

export function createPending<Call>(): Pending<Call> {
  let calls: (Call | undefined)[] = []
  /** The number of the first call in the list. */
  let first = 1
  /** How many at the front have been taken. */
  let spent = 0

  return {
    add: (call) => first + calls.push(call) - 1,
    take(id) {
      const call = calls[id - first]
      if (call === undefined) return undefined
      calls[id - first] = undefined
      while (spent < calls.length && calls[spent] === undefined) spent++
      if (spent >= SPENT && 2 * spent >= calls.length) {
        calls = calls.slice(spent)
        first += spent
        spent = 0
      }
      return call
    },
    clear() {
      const left = calls.filter((call) => call !== undefined)
      first += calls.length
      calls = []
      spent = 0
      return left
    },
  }
}
