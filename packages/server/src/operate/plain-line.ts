/** A log line for a person: `12:03:04 warn  What happened. (room/thread/run) more=1`, then a stack. */

const WIDTH = 5

/** `json`: one pino line. */
export function plainLine(json: string): string {
  const { time, level, msg, roomId, threadId, runId, err, ...more } = JSON.parse(json) as Record<string, unknown>
  const address = [roomId, threadId, runId].filter((id) => id !== undefined).join('/')
  const parts = [
    String(time).slice(11, 19),
    String(level).padEnd(WIDTH),
    msg,
    address && `(${address})`,
    ...Object.entries(more).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  ]
  const line = parts.filter((part) => part !== undefined && part !== '').join(' ')
  return `${oneLine(line)}\n${stackOf(err)}`
}

/** Removes line feeds and escape sequences, so that no value can start a line of its own or move the cursor. */
function oneLine(text: string): string {
  return text.replace(CONTROL, (character) => JSON.stringify(character).slice(1, -1))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  const { stack, message, type, cause } = error as Record<string, unknown>
  const lines = String(stack ?? message ?? type).split('\n')
  return `${lines.map((line) => `  ${oneLine(line)}`).join('\n')}\n${stackOf(cause)}`
}
