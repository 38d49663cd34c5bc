/** The server with a page that was built for a measurement, instead of the normal one. */
import { serve } from '@holdfast/server'

await serve({ env: process.env, webRoot: process.argv[2] ?? '' })
