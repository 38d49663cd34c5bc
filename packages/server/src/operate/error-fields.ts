/**
 * An error as the log may show it: type, code, message, stack, causes. Never its other fields: a library's error can
 * hold a whole request with everything a person wrote.
 *
 * A thrown value is untrusted: everything is cut to a length, and whatever throws when it is read is left out.
 */

export interface ErrorFields {
  readonly type: string
  readonly code?: string | number
  readonly message?: string
  readonly stack?: string
  readonly cause?: ErrorFields
}

const DEEPEST = 5
/** UTF-16 units. */
const LONGEST = { type: 100, code: 100, message: 2_000, stack: 8_000 }

export function errorFields(fault: unknown, depth = 0): ErrorFields {
  if (!isError(fault)) return { type: typeof fault, message: textOf(() => fault, LONGEST.message) ?? 'unreadable' }
  const stack = textOf(() => fault.stack, LONGEST.stack)
  const cause = read(() => fault.cause)
  return {
    type: textOf(() => fault.name, LONGEST.type) ?? 'Error',
    ...codeOf(fault),
    message: textOf(() => fault.message, LONGEST.message) ?? 'unreadable',
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && depth < DEEPEST && { cause: errorFields(cause, depth + 1) }),
  }
}

/**
 * The same for what an agent threw, without the message, which may be a person's or a provider's words. Its origin is
 * safe.
 */
export function wordless(fault: unknown): ErrorFields {
  if (!isError(fault)) return { type: typeof fault }
  const name = textOf(() => fault.name, LONGEST.type) ?? 'Error'
  return { type: name, ...codeOf(fault), stack: [name, ...framesOf(fault)].join('\n') }
}

/**
 * Where an error came from: the first frame of its stack that is not Node's own. Undefined if the stack does not show
 * it.
 */
export function originOf(fault: unknown): string | undefined {
  if (!isError(fault)) return undefined
  const frame = framesOf(fault).find((line) => !line.includes('node:'))
  return frame?.trim().replace(/^at /, '')
}

/** The stack lines after the message, which may itself contain lines that look like a stack. */
function framesOf(fault: Error): string[] {
  const stack = read(() => fault.stack)
  if (typeof stack !== 'string') return []
  const head = read(() => `${fault.name}: ${fault.message}`)
  const behind = head !== undefined && stack.startsWith(head) ? stack.slice(head.length) : stack
  return behind
    .slice(0, LONGEST.stack)
    .split('\n')
    .filter((line) => FRAME.test(line))
}

const FRAME = /^ {4}at [^ ].*[:)]/

function codeOf(fault: Error): Pick<ErrorFields, 'code'> {
  const code = read(() => ('code' in fault ? fault.code : undefined))
  if (typeof code === 'number') return { code }
  return typeof code === 'string' ? { code: cut(code, LONGEST.code) } : {}
}

const isError = (fault: unknown): fault is Error => read(() => fault instanceof Error) === true

function textOf(value: () => unknown, longest: number): string | undefined {
  const text = read(() => {
    const given = value()
    return given === undefined ? undefined : String(given)
  })
  return text === undefined ? undefined : cut(text, longest)
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`
}

function read<Value>(value: () => Value): Value | undefined {
  try {
    return value()
  } catch {
    return undefined
  }
}
