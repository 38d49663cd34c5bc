/** Where a command writes: results to stdout, everything else to stderr. */

export interface Terminal {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Whether stderr is a terminal. */
  readonly isPerson: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

export function processTerminal(): Terminal {
  // The reader may close the pipe early: `holdfast tail … | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    isPerson: process.stderr.isTTY === true,
    env: process.env,
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

/** Text from a thread must neither move the terminal's cursor nor start a line. */
export function shown(text: string, most = 120): string {
  const characters = [...text]
  const cut = characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
  return cut.replace(CONTROL, (character) => JSON.stringify(character).slice(1, -1).replace('\u009b', '\\u009b'))
}
