/** The frame with what every page in it uses. */
import { furnish, type Parts } from '../furnish.ts'
import { ServicesProvider } from '../services.ts'
import { Shell } from './shell.tsx'

export function Frame({ parts }: { readonly parts: Parts }) {
  return (
    <ServicesProvider value={furnish(parts)}>
      <Shell parts={parts.later} />
    </ServicesProvider>
  )
}
