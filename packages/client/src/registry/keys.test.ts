/** No lookup takes a bare thread id: one that does not compile cannot cross rooms. */
import type { ThreadKey } from '@holdfast/core'
import { expect, expectTypeOf, it } from 'vitest'
import type { LifecycleEvent } from '../thread/lifecycle.ts'
import type { RunRef } from '../thread/port.ts'
import type { LogSource } from '../transport/port.ts'
import type { ArgsOf } from '../transport/verbs.ts'
import type { MutableRunHandles, OnRunCompleted } from './handles.ts'
import type { RunRegistry } from './port.ts'
import { A, setUp } from './testing/looking.ts'

type OfRegistry =
  | 'observe'
  | 'start'
  | 'retry'
  | 'continueFrom'
  | 'dismissFailedStart'
  | 'refresh'
  | 'changeThread'
  | 'deleteThread'
type OfHandles = 'get' | 'stateOf' | 'has' | 'hasActive' | 'notifyCompletion' | 'remove'
type OfTransport = 'snapshot' | 'start' | 'cancelRun' | 'cancelThread' | 'changeThread' | 'deleteThread'

it('S000-69 S001-9 each lookup takes the whole key: cache, runs, sources, message states and requests', () => {
  expectTypeOf<Parameters<RunRegistry[OfRegistry]>[0]>().toEqualTypeOf<ThreadKey>()
  expectTypeOf<Parameters<RunRegistry['cancel']>[0]>().toEqualTypeOf<ThreadKey | RunRef>()
  expectTypeOf<RunRef['key']>().toEqualTypeOf<ThreadKey>()
  expectTypeOf<Parameters<MutableRunHandles[OfHandles]>[0]>().toEqualTypeOf<ThreadKey>()
  expectTypeOf<ArgsOf<OfTransport>[0]>().toEqualTypeOf<ThreadKey>()
  expectTypeOf<LogSource['key']>().toEqualTypeOf<ThreadKey>()
  expectTypeOf<Parameters<OnRunCompleted>[0]>().toEqualTypeOf<ThreadKey>()
  expectTypeOf<LifecycleEvent>().toExtend<ThreadKey>()

  const { registry, handles } = setUp()
  const byThreadIdAlone = () => {
    // @ts-expect-error a thread id is not a key
    registry.observe('T1')
    // @ts-expect-error nor is a thread id without its room
    handles.get({ threadId: 'T1' })
    // @ts-expect-error nor for a cancel
    return registry.cancel({ threadId: 'T1' })
  }
  expect(byThreadIdAlone).toBeTypeOf('function')
  expect(registry.observe(A).snapshot().key).toEqual(A)
})
