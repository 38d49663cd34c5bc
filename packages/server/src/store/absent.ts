/** Why there is nothing to answer with. */

export type NotFound = { readonly type: 'not_found' }
/** It existed and was deleted. Nothing of it ever comes back (I8). */
export type Deleted = { readonly type: 'deleted' }
export type Absent = NotFound | Deleted
