/**
 * The first thing the server process looks at. It imports nothing, so that it runs where the rest could not be loaded:
 * the store needs node's own SQLite.
 */
export function checkNode(): void {
  if (process.getBuiltinModule?.('node:sqlite')) return
  process.stderr.write(
    `holdfast: this is Node ${process.versions.node}, which lacks node:sqlite. Holdfast needs Node 22.16 or newer. Start it with npm start, which brings its own, or install Node 24.\n`,
  )
  process.exit(1)
}
