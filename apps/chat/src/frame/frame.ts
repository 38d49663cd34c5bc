/** What stands around every page, and where an address leads nowhere: loaded together, beside the entry. */
export { Nowhere } from './dead-ends.tsx'
export { Frame } from './furnished.tsx'
