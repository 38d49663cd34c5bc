/** A fault that came over a channel, as one of the transport's own: code that switches over it meets only known types. */
import { isProblem } from '@holdfast/core'
import type { TransportFault } from '../transport/error.ts'
import { isPlain } from './messages.ts'

export function readFault(value: unknown): TransportFault {
  if (isPlain(value)) {
    const { type, status, problem, detail } = value
    if (type === 'network' || type === 'unauthorized' || type === 'aborted') return { type }
    if (type === 'unavailable' && typeof status === 'number') return { type, status }
    if (type === 'problem' && isProblem(problem)) return { type, problem }
    if (type === 'protocol' && typeof detail === 'string') return { type, detail }
  }
  return { type: 'protocol', detail: 'not a fault' }
}
