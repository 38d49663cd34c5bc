/**
 * An error as the log may show it: type, code, sentence, stack, causes. Never its other fields: a library's error can
 * hold a whole request with everything a person wrote.
 */

export interface ErrorFields {
  readonly type: string
  readonly code?: string | number
  readonly message?: string
  readonly stack?: string
  readonly cause?: ErrorFields
}

const DEEPEST = 5

export function errorFields(fault: unknown, depth = 0): ErrorFields {
  if (!(fault instanceof Error)) return { type: typeof fault, message: String(fault).slice(0, 1_000) }
  const { name, message, stack, cause } = fault
  return {
    type: name,
    ...codeOf(fault),
    message,
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && depth < DEEPEST && { cause: errorFields(cause, depth + 1) }),
  }
}

/** The same of what an agent threw: its sentence may be a person's or a provider's words. Where it came from is not. */
export function wordless(fault: unknown): ErrorFields {
  if (!(fault instanceof Error)) return { type: typeof fault }
  const { name, message, stack = '' } = fault
  const head = `${name}: ${message}`
  const frames = (stack.startsWith(head) ? stack.slice(head.length) : stack)
    .split('\n')
    .filter((line) => FRAME.test(line))
  return { type: name, ...codeOf(fault), stack: [name, ...frames].join('\n') }
}

const FRAME = /^ {4}at [^ ].*[:)]/

function codeOf(fault: Error): Pick<ErrorFields, 'code'> {
  if (!('code' in fault)) return {}
  return typeof fault.code === 'string' || typeof fault.code === 'number' ? { code: fault.code } : {}
}
