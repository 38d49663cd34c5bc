/** What this process keeps of its heap, everything unused thrown away. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes. What a first collection makes unused, a second one takes. */
export function heapInUse(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
