/**
 * Calls that wait for their answer. Numbers them in their order, and they are answered nearly in that order: a list that
 * is used up from its front, where a map would be made anew for every few hundred of them.
 *
 * Invariant: each is taken once.
 */
export interface Pending<Call> {
  /** Its number. */
  add(call: Call): number
  take(id: number): Call | undefined
  /** All that are left, oldest first: they wait no longer. */
  clear(): Call[]
}

/** The part of the list that is used up goes when it is so long, and half of it. */
const SPENT = 512

export function createPending<Call>(): Pending<Call> {
  let calls: (Call | undefined)[] = []
  /** The number of the first in the list. */
  let first = 1
  /** How many of the front have been taken. */
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
