/**
 * Builds the service worker after the page, as one file without a hash in its name, so that its address stays the same.
 *
 * Owns: which files it keeps: everything that the page loads, without languages of code blocks and maps. Does not know: what the
 * worker does with them.
 */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Plugin, type Rolldown } from 'vite'

const ENTRY = fileURLToPath(new URL('src/worker/worker.ts', import.meta.url))
const NAME = 'worker.js'

export function workerBuild(): Plugin {
  let unnamed: readonly string[] = []
  return {
    name: 'worker-build',
    apply: 'build',
    configResolved({ publicDir }) {
      unnamed = readdirSync(publicDir)
    },
    generateBundle: {
      // Styles are among the files by then.
      order: 'post',
      async handler(_, bundle) {
        const files = [...keptIn(bundle), ...unnamed]
        const id = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 16)
        const code = await bundled({ id, files })
        this.emitFile({ type: 'asset', fileName: NAME, source: code })
      },
    },
  }
}

/** Grammars of code blocks are many and large. Each is loaded, and then kept by the browser, when it is first needed. */
const LEFT_OUT = /@shikijs\/langs/

function keptIn(bundle: Rolldown.OutputBundle): readonly string[] {
  return Object.values(bundle)
    .filter((file) => file.type === 'asset' || !file.moduleIds.some((id) => LEFT_OUT.test(id)))
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('assets/') && !/\.(map|gz)$/.test(name))
    .toSorted()
}

async function bundled(what: { readonly id: string; readonly files: readonly string[] }): Promise<string> {
  const outputs = (await build({
    configFile: false,
    logLevel: 'error',
    define: { __BUILD__: JSON.stringify(what) },
    build: {
      write: false,
      target: 'es2023',
      rolldownOptions: { input: ENTRY, output: { entryFileNames: NAME, format: 'iife', codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[]
  const [output] = [outputs].flat()
  const [chunk] = output?.output ?? []
  if (chunk?.type !== 'chunk') throw new Error('The service worker was not built.')
  return chunk.code
}
