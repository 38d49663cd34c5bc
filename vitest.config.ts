import { availableParallelism } from 'node:os'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromium } from './scripts/chromium.ts'

export default defineConfig({
  test: {
    // One more than the cores: a third of the work is waiting for programs, timers and disks.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['{packages,apps}/*/src/**/*.test.ts', '{scripts,bench}/**/*.test.ts'],
          // Files share a process and its loaded modules: loading them for every file is two thirds of the cost of a small one.
          // So a file gives back what it takes from the process (timers, listeners, variables) and mocks no module.
          isolate: false,
          // Only for what hangs: how long a test takes says nothing on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // What only a real browser can show: React's commits, frames, visibility.
        optimizeDeps: {
          include: [
            'react',
            'react-dom',
            'react-dom/client',
            'virtua',
            'idb',
            'lucide-react',
            'react/jsx-dev-runtime',
            'vitest-browser-react',
            'mdast-util-from-markdown',
            'mdast-util-gfm',
            'mdast-util-math',
            'micromark-extension-gfm',
            'micromark-extension-math',
            'katex',
            'shiki/core',
            'shiki/engine/javascript',
            'shiki/langs/typescript.mjs',
          ],
        },
        test: {
          name: 'browser',
          include: ['packages/{client,react}/src/**/*.test.tsx', 'apps/chat/src/**/*.test.tsx'],
          testTimeout: 20_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            // Frames are what these tests are about: one page at a time has them.
            fileParallelism: false,
            provider: playwright({ launchOptions: chromium }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.{ts,tsx}'],
      exclude: ['**/*.test.{ts,tsx}', '**/testing/**', '**/*.contract.ts', '**/index.ts'],
      thresholds: {
        lines: 85,
        branches: 85,
        functions: 85,
        // Every branch of the fold, every cell of the run's table.
        'packages/core/src/thread/**': { branches: 100 },
        'packages/core/src/lifecycle/transitions.ts': { branches: 100 },
      },
    },
  },
})
