/** What makes a connection, loaded where one is made: with a shared worker that is hardly ever in a tab. */
import { createPart } from '../parts/part.ts'

export const connectPart = createPart(() => import('./connect.ts'))
