/** Runs the store contract on stores that are stricter or slower than memory. */
import { afterAll, describe, expect, it } from 'vitest'
import type { FactName, Subject } from '../decide/facts.ts'
import { createMemoryStore, type MemoryStoreOptions } from '../memory/memory-store.ts'
import type { Notice } from '../port.ts'
import { storeContract } from '../store.contract.ts'
import { COMMANDS, QUERIES } from './commands.ts'
import { type Loaded, perform, type Session, type Transaction } from './transact.ts'

function contract(name: string, makePerform: () => NonNullable<MemoryStoreOptions['perform']>) {
  storeContract(name, () => {
    let now = Date.UTC(2026, 0, 1)
    const notices: Notice[] = []
    const publish = (notice: Notice) => void notices.push(notice)
    const store = createMemoryStore({ clock: { now: () => now }, publish, perform: makePerform() })
    const advance = (ms: number) => {
      now += ms
    }
    return { store, advance, notices, close: () => store.close() }
  })
}

describe('declared facts', () => {
  const read = new Set<string>()

  function onlyDeclared(facts: Loaded): Loaded {
    return new Proxy(facts, {
      get(target, name) {
        if (!(name in target)) throw new Error(`The decider reads "${String(name)}" and did not declare it.`)
        read.add(String(name))
        return target[name as keyof Loaded]
      },
    })
  }

  contract('a store whose facts throw when a decider reads what it did not declare', () => (transaction, session) => {
    const loads = new Map<Subject, number>()
    function load(subject: Subject, needs: readonly FactName[]): Loaded {
      const before = loads.get(subject) ?? 0
      // The third load gets the run's place in line, after the decision.
      if (before === 2 && !needs.includes('ahead')) throw new Error('A decision takes two round trips at most.')
      loads.set(subject, before + 1)
      return onlyDeclared(session.load(subject, needs))
    }
    return perform(transaction, { ...session, load })
  })

  afterAll(() => {
    const declared = [...Object.values(COMMANDS), ...Object.values(QUERIES)].flatMap(({ needs }) => needs)
    expect([...read]).toEqual(expect.arrayContaining(declared))
  })

  it('throw for a name that was not loaded', () => {
    const facts = onlyDeclared({ now: 1, room: undefined } as Loaded)
    expect(facts.room).toBeUndefined()
    expect(() => facts.thread).toThrow('did not declare')
  })
})

describe('a store over a network', () => {
  /** Every load and every write is asynchronous. One transaction runs at a time, as under locks. */
  function slowly(): NonNullable<MemoryStoreOptions['perform']> {
    let last: Promise<unknown> = Promise.resolve()
    async function carryOut<Answer>(transaction: Transaction<Answer>, session: Session): Promise<Answer> {
      let next = transaction.next()
      while (!next.done) {
        const effect = next.value
        await Promise.resolve()
        if (effect.type === 'load') next = transaction.next(session.load(effect.subject, effect.needs))
        else {
          session.apply(effect.subject, effect.change)
          next = transaction.next()
        }
      }
      return next.value
    }
    return (transaction, session) => {
      const mine = last.then(() => carryOut(transaction, session))
      last = mine.catch(() => {})
      return mine
    }
  }

  contract('a store that answers each load and each write asynchronously', slowly)
})
