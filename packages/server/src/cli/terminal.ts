/** Where a command writes: answers to stdout, everything else to stderr. Owns nothing. */

export interface Terminal {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Whether a person looks at stderr. */
  readonly isPerson: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

export function processTerminal(): Terminal {
  // Whoever reads may have enough before it is all said: `holdfast tail … | head`.
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

/** What a thread says must not move the reader's cursor, nor begin a line. */
export function shown(text: string, most = 120): string {
  const characters = [...text]
  const cut = characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
  return cut.replace(CONTROL, (character) => JSON.stringify(character).slice(1, -1).replace('\u009b', '\\u009b'))
}
