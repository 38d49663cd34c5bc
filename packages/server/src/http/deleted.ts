/** The response of every deletion. */
import type { DeleteAnswer } from '../store/port.ts'
import { absent, ProblemError } from './problem-error.ts'
import { nothing } from './reply.ts'

export function deleted(answer: DeleteAnswer): Response {
  switch (answer.type) {
    case 'gone':
      return nothing()
    case 'run_active': {
      const { runId } = answer
      throw new ProblemError('run_active', 'A run is live. Wait for it to end, or delete with ?force=true.', { runId })
    }
    case 'not_found':
    case 'deleted':
      throw absent(answer)
  }
}
