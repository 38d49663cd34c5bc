/**
 * How the page is built and, in development, where it finds the server: /v1 goes to HOLDFAST_SERVER. The mode `static` builds
 * it for any file server, without a server of Holdfast (docs/STATIC.md).
 */
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { agentsFile } from './agents-file.ts'
import { firstLoad } from './first-load.ts'
import { leaveOut } from './leave-out.ts'
import { workerBuild } from './worker-build.ts'

const server = process.env.HOLDFAST_SERVER ?? 'http://127.0.0.1:4400'

export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  // Wherever the files are put.
  base: mode === 'static' ? './' : '/',
  resolve: {
    alias: [
      ...(mode === 'static'
        ? [{ find: /^\.\/connection\/tab\.ts$/, replacement: `${import.meta.dirname}/src/connection/no-server.ts` }]
        : []),
      // React has had it since 18.
      { find: /^use-sync-external-store\/shim$/, replacement: 'react' },
      {
        find: /^use-sync-external-store\/shim\/with-selector$/,
        replacement: `${import.meta.dirname}/with-selector.ts`,
      },
    ],
  },
  plugins: [
    tailwind(),
    react(),
    leaveOut(),
    workerBuild(),
    ...(mode === 'static' ? [agentsFile(process.env.AGUI_URL)] : []),
    firstLoad({ most: 120_000, strict: process.env.FIRST_LOAD === 'strict' }),
  ],
  build: {
    outDir: mode === 'static' ? 'static/dist' : 'dist',
    emptyOutDir: true,
    // The page's CSP allows no data: scripts or fonts, and a small file is cached like any other.
    assetsInlineLimit: 0,
    target: 'es2023',
    rolldownOptions: {
      // Constants of other modules too, so that an unused table of them is left out.
      optimization: { inlineConst: { mode: 'all', pass: 2 } },
      // No property access has side effects.
      treeshake: { propertyReadSideEffects: false, unknownGlobalSideEffects: false },
      output: {
        codeSplitting: {
          // One file that changes seldom, instead of a crumb for whatever two lazy parts share. Links come with the frame.
          groups: [
            {
              name: 'framework',
              test: /node_modules\/(react|react-dom|scheduler|@tanstack|use-sync-external-store)\/(?!.*\/link\.js)/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/v1': { target: server } } },
}))
