/** The frame around every page, and the page for unknown addresses, loaded together in parallel with the entry. */
export { Nowhere } from './dead-ends.tsx'
export { Frame } from './furnished.tsx'
