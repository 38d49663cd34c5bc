/** Routes of the protocol that this version does not have. Says so, instead of a 404 that looks like a mistake. */
import type { Api } from '../env.ts'
import { ProblemError } from '../problem-error.ts'

const NOT_BUILT: readonly (readonly [path: string, ...methods: string[]])[] = [
  ['/agui/:agentId', 'POST'],
  ['/agui/:agentId/connect', 'POST'],
]

export function notBuilt(api: Api): void {
  for (const [path, ...methods] of NOT_BUILT) {
    api.on(methods, path, () => {
      throw new ProblemError('not_supported', 'This part of the protocol is not available in this version.')
    })
  }
}
