/** The lives of runs, of everything that happens in the registry. */
import type { Listeners } from '../observable/observable.ts'
import type { LifecycleEvent, LifecycleStream } from '../thread/lifecycle.ts'
import type { RegistryEvent } from './events.ts'

export function lifecycleOf(events: Listeners<[RegistryEvent]>): LifecycleStream {
  return {
    subscribe: (listener, ended) =>
      events.add((event) => {
        if (event.type === 'Closed') ended?.()
        else if (isLifecycle(event)) listener(event)
      }),
  }
}

/** Theirs are the only types that begin so. */
function isLifecycle(event: RegistryEvent): event is LifecycleEvent {
  return event.type.startsWith('Run')
}
