/** Journeys: what a person does, end to end. Each starts its own server process with its own data and port. */
import { defineConfig } from '@playwright/test'
import { chromium } from '../scripts/chromium.ts'

export default defineConfig({
  testDir: '.',
  testMatch: '*.journey.ts',
  outputDir: '../test-results/journeys',
  fullyParallel: true,
  // One more than the cores of a small machine: journeys mostly wait for what they watch.
  workers: 3,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: process.env.CI ? 30_000 : 15_000 },
  reporter: [['list'], ['json', { outputFile: '../test-results/reports/journeys.json' }]],
  use: {
    viewport: { width: 1280, height: 800 },
    // Recording everything takes a third longer. TRACE=1 records a trace, to understand a failure.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: chromium,
    // Journeys that are about it allow it. Elsewhere it would load the whole page once more, for each browser.
    serviceWorkers: 'block',
  },
})
