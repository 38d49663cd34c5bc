/** A cursor is the last seq a reader has applied: exclusive, "after". 0 has seen nothing. */

export type Admission = 'accepted' | 'duplicate' | 'gap'

/** What a reader at `cursor` does with the record `seq`. Accepted: the cursor becomes `seq`. Gap: read again. */
export function admit(cursor: number, seq: number): Admission {
  if (seq === cursor + 1) return 'accepted'
  return seq <= cursor ? 'duplicate' : 'gap'
}
