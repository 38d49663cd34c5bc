/** The server of the tray: at most three concurrent runs, so others wait for a slot. */
import { defineConfig } from '@holdfast/server'

export default defineConfig({ limits: { maxRunsPerPerson: 3 } })
