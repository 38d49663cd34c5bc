/** `holdfast serve`: starts a server, like `npm run serve`. */
import { serve as serveProcess } from '../../process/serve.ts'

/** Exits the process. */
export function serve(env: Readonly<Record<string, string | undefined>>, webRoot: string | undefined): Promise<never> {
  return serveProcess({
    env,
    ...(webRoot === undefined ? {} : { webRoot }),
    agents: async ({ model }, clock, tools) => {
      if (!model) return []
      // Loaded only if a model is configured.
      const { createModelAgent } = await import('../../agents/model/index.ts')
      return [createModelAgent({ ...model, clock, tools })]
    },
  })
}
