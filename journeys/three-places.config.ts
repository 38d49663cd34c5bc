/** The server of the tray: no more than three runs go on at once, whoever asks; others wait for a place. */
import { defineConfig } from '@holdfast/server'

export default defineConfig({ limits: { maxRunsPerPerson: 3 } })
