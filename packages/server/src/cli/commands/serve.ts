/** `holdfast serve`: a server, as `npm run serve` starts one. */
import { serve as serveProcess } from '../../process/serve.ts'

/** Ends the process. */
export function serve(env: Readonly<Record<string, string | undefined>>, webRoot: string | undefined): Promise<never> {
  return serveProcess({
    env,
    ...(webRoot === undefined ? {} : { webRoot }),
    agents: async ({ model }, clock) => {
      if (!model) return []
      // Only who names a model loads what talks to one.
      const { createModelAgent } = await import('../../agents/model/index.ts')
      return [createModelAgent({ ...model, clock })]
    },
  })
}
