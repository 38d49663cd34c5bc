/**
 * The connection of the static build, in the place of `tab.ts`: there is no server. The page asks AG-UI agents itself, and
 * its code for that is loaded alongside the first paint.
 *
 * Invariant: no content of a thread is handed on before the fold is loaded.
 */
import { type Folding, type Observable, type RunTransport, TransportError } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { createPart, loaded } from '../parts/part.ts'
import type { Connection } from './connection.ts'

const localPart = createPart(() => import('./local.ts'))
type Local = ReturnType<typeof import('./local.ts')['createLocal']>

export function createConnection(environment: Parameters<typeof import('./local.ts').createLocal>[0]): Connection {
  let made: Local | undefined

  async function local(): Promise<Local> {
    const { createLocal } = await loaded(localPart).catch((cause: unknown) => {
      throw new TransportError({ type: 'network' }, { cause })
    })
    made ??= createLocal(environment)
    return made
  }

  function fold(): Folding {
    const folding = localPart.current()
    if (!folding) throw new Error('Content was handed on before the fold was loaded.')
    return folding
  }

  return {
    transport: {
      ask: async (verb, args, signal) => (await local()).transport.ask(verb, args, signal),
      open: async (source, signal) => (await local()).transport.open(source, signal),
    } satisfies RunTransport,
    folding: {
      createFold: (key, from) => fold().createFold(key, from),
      viewFromSnapshot: (key, snapshot) => fold().viewFromSnapshot(key, snapshot),
    },
    leaving: executingIn(local),
  }
}

/** The threads whose answer ends with this page. Nothing runs before the code that runs it is loaded. */
function executingIn(local: () => Promise<Local>): Observable<readonly ThreadKey[]> {
  let known: Observable<readonly ThreadKey[]> | undefined
  return {
    snapshot: () => known?.snapshot() ?? NOTHING,
    subscribe(listener) {
      let undo: (() => void) | undefined
      let left = false
      local().then(
        ({ transport }) => {
          known = transport.executing
          if (left) return
          undo = known.subscribe(listener)
          listener()
        },
        // The page's requests retry it, and say so.
        () => {},
      )
      return () => {
        left = true
        undo?.()
      }
    },
  }
}

const NOTHING: readonly ThreadKey[] = []
