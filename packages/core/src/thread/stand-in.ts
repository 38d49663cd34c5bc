/** Where something attaches whose place was superseded meanwhile: what was said again has the place of what is gone. */
import type { ThreadMessage } from './message.ts'

type Gone = Pick<ThreadMessage, 'id' | 'parentId'>

/**
 * `id`, or the nearest message before it that the conversation holds, if `id` was superseded. An id that is neither held
 * nor superseded stays as it is.
 */
export function standInFor(
  id: string | null,
  holds: (id: string) => boolean,
  superseded: readonly Gone[],
): string | null {
  let place = id
  // A damaged tree may hold a circle.
  for (let step = 0; step < superseded.length && place !== null && !holds(place); step++) {
    const missing = place
    const gone = superseded.findLast((message) => message.id === missing)
    if (gone === undefined) return id
    place = gone.parentId
  }
  return place
}
