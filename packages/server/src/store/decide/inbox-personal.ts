/**
 * What a person's reading of the inbox adds to entries that everybody gets: whether the thread of a run that has ended is
 * unread for this person, at the moment of reading. Does not know: how marks are stored.
 */
import { keyString, type ThreadKey } from '@holdfast/core'
import type { StoredEntries } from './inbox-cursor.ts'

export interface PersonalFields {
  readonly unread: boolean
}

/** The beginning of such an entry, as `inboxOf` writes it. Ids need no escapes. */
const OF_AN_END = /^\{"roomId":"([^"]+)","threadId":"([^"]+)","at":"[^"]+","type":"(?:RunCompleted|NeedsYou)"/

/** `of` is asked once for each thread; undefined: the thread is gone. */
export function personalised(
  { entries, more }: StoredEntries,
  of: (key: ThreadKey) => PersonalFields | undefined,
): StoredEntries {
  const known = new Map<string, PersonalFields | undefined>()

  function fieldsOf(key: ThreadKey): PersonalFields | undefined {
    const name = keyString(key)
    if (!known.has(name)) known.set(name, of(key))
    return known.get(name)
  }

  return {
    more,
    entries: entries.map((entry) => {
      const [, roomId, threadId] = OF_AN_END.exec(entry.json) ?? []
      if (roomId === undefined || threadId === undefined) return entry
      const fields = fieldsOf({ roomId, threadId })
      return fields ? { ...entry, json: `${entry.json.slice(0, -1)},"unread":${fields.unread}}` } : entry
    }),
  }
}
