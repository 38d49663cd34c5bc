/** Journeys: what a person does, end to end. Each starts its own server process on its own data and its own port. */
import { defineConfig } from '@playwright/test'
import { chromium } from '../scripts/chromium.ts'

export default defineConfig({
  testDir: '.',
  testMatch: '*.journey.ts',
  outputDir: '../test-results/journeys',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: process.env.CI ? 30_000 : 15_000 },
  reporter: [['list'], ['json', { outputFile: '../test-results/reports/journeys.json' }]],
  use: {
    viewport: { width: 1280, height: 800 },
    // A recording of everything costs a third of the time: TRACE=1 makes one where a failure has to be understood.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: chromium,
  },
})
