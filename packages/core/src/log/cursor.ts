/** A cursor is the last seq that a reader has applied. 0: it has seen nothing. */

export type Admission = 'accepted' | 'duplicate' | 'gap'

/** What a reader at `cursor` does with the record `seq`. `accepted`: the cursor becomes `seq`. `gap`: it must read again. */
export function admit(cursor: number, seq: number): Admission {
  if (seq === cursor + 1) return 'accepted'
  return seq <= cursor ? 'duplicate' : 'gap'
}
