/**
 * Puts together the tool calls of an answer from the parts in which providers send them. Owns: which part belongs to
 * which call. Does not know: which tools there are, what arguments may be. Pure.
 *
 * Providers leave out ids or indexes, repeat them for several calls, change an id in the middle, name a call in each of
 * its parts or after its arguments. So a part is matched by everything it says: a name and the start of a JSON value
 * begin a new call once the call that they seem to mean is complete.
 */

/** A part of a call, as a provider sent it. Absent: it did not say. */
export interface CallPart {
  readonly index?: number
  readonly id?: string
  readonly name?: string
  readonly arguments?: string
}

/** `n` counts the calls of an answer from 0. */
export type CallPiece =
  | { readonly type: 'call'; readonly n: number; readonly id?: string; readonly name: string }
  | { readonly type: 'arguments'; readonly n: number; readonly delta: string }

export interface CallReader {
  take(part: CallPart): readonly CallPiece[]
  /** No further part follows. Calls that were never named have an empty name. */
  end(): readonly CallPiece[]
  readonly count: number
}

interface OpenCall {
  readonly n: number
  index: number | undefined
  id: string | undefined
  name: string | undefined
  /** Arguments that are not passed on yet: the name is missing, or they may be a placeholder. */
  held: string
  /** The first characters of `held` that are not white space: enough to recognise a placeholder. */
  solid: string
  readonly value: ValueState
  /** Of short arguments: the text so far, to recognise a repetition. */
  text: string
}

/** Characters of arguments that are compared with a repetition. */
const MAX_REPEATED = 64 * 1024
/** Characters of arguments that are held back: an event cannot be larger. */
const MAX_HELD = 1024 * 1024
/** Some send this before the arguments, with or without blanks in it. */
const PLACEHOLDER = '{}'

export function createCallReader(): CallReader {
  const calls: OpenCall[] = []
  /** The last call of each id, and of each index. */
  const byId = new Map<string, OpenCall>()
  const byIndex = new Map<number, OpenCall>()

  function begin(part: CallPart): OpenCall {
    const n = calls.length
    const none = { index: undefined, id: undefined, name: undefined }
    const call = { n, ...none, held: '', solid: '', value: createValueState(), text: '' }
    calls.push(call)
    identify(call, part)
    return call
  }

  function identify(call: OpenCall, { index, id }: CallPart): void {
    call.id ??= id
    call.index ??= index
    if (call.id !== undefined && (byId.get(call.id)?.n ?? -1) < call.n) byId.set(call.id, call)
    if (call.index !== undefined && (byIndex.get(call.index)?.n ?? -1) < call.n) byIndex.set(call.index, call)
  }

  function callOf(part: CallPart): OpenCall {
    const { index, id, name } = part
    const last = calls.at(-1)
    const withId = id === undefined ? undefined : byId.get(id)
    const withIndex = index === undefined ? undefined : byIndex.get(index)
    // The same id under another index is another call, if it says its name again.
    const sameId =
      withId && index !== undefined && withId.index !== undefined && withId.index !== index ? undefined : withId
    const known =
      sameId ?? withIndex ?? (index === undefined && name === undefined ? last : undefined) ?? sameAgain(part, last)
    if (!known || startsAnother(part, known)) return begin(part)
    identify(known, part)
    return known
  }

  /** Without index and id, a part that repeats the name continues arguments that are not complete. */
  function sameAgain({ index, id, name }: CallPart, last: OpenCall | undefined): OpenCall | undefined {
    const isAnonymous = index === undefined && (id === undefined || last?.id === undefined)
    return isAnonymous && last?.name === name && last?.value.isOpen ? last : undefined
  }

  function startsAnother({ id, name, arguments: more = '' }: CallPart, known: OpenCall): boolean {
    if (name === undefined) return false
    if (known.name === undefined) return false
    const isFresh = /^\s*\{/.test(more)
    const hasOtherId = id !== undefined && known.id !== undefined && id !== known.id
    if (known.name !== name) return true
    if (hasOtherId) return isFresh || !known.value.isOpen
    return isFresh && known.value.isComplete && more !== known.text && solidIn(known.text) !== PLACEHOLDER
  }

  function addArguments(call: OpenCall, more: string): string {
    // Some send the whole arguments once more behind their parts.
    if (call.value.isComplete && more === call.text) return ''
    if (call.solid === PLACEHOLDER && /^\s*\{/.test(more)) {
      call.held = ''
      call.solid = ''
      call.text = ''
      call.value.reset()
    }
    call.value.read(more)
    if (call.text.length < MAX_REPEATED) call.text += more
    return more
  }

  return {
    take(part) {
      const call = callOf(part)
      const pieces: CallPiece[] = []
      const more = addArguments(call, part.arguments ?? '')
      const wasNamed = call.name !== undefined
      if (!wasNamed && part.name !== undefined) {
        call.name = part.name
        pieces.push(started(call, part.name))
      }
      // Neither is read from its start again: a call may come in any number of parts.
      const text = call.held.length < MAX_HELD ? call.held + more : call.held
      const solid = solidIn(more, call.solid)
      const isHeld = call.name === undefined || solid === PLACEHOLDER
      call.held = isHeld ? text : ''
      call.solid = isHeld ? solid : ''
      if (!isHeld && text !== '') pieces.push({ type: 'arguments', n: call.n, delta: text })
      return pieces
    },
    end() {
      const pieces: CallPiece[] = []
      for (const call of calls) {
        if (call.name === undefined) pieces.push(started(call, ''))
        if (call.held !== '') pieces.push({ type: 'arguments', n: call.n, delta: call.held })
        call.name ??= ''
        call.held = ''
      }
      return pieces
    },
    get count() {
      return calls.length
    },
  }
}

/** One character more than a placeholder has. */
function solidIn(text: string, before = ''): string {
  let solid = before
  for (const [char] of text.matchAll(/\S/g)) {
    if (solid.length > PLACEHOLDER.length) break
    solid += char
  }
  return solid
}

function started({ n, id }: OpenCall, name: string): CallPiece {
  return { type: 'call', n, ...(id !== undefined && { id }), name }
}

interface ValueState {
  read(text: string): void
  reset(): void
  /** A value has begun and not ended. */
  readonly isOpen: boolean
  readonly isComplete: boolean
}

/** Whether the JSON object or list in a text that arrives in pieces is complete. Reads each character once. */
function createValueState(): ValueState {
  let depth = 0
  let hasBegun = false
  let inString = false
  let isEscaped = false
  return {
    read(text) {
      for (const char of text) {
        if (isEscaped) isEscaped = false
        else if (inString) {
          if (char === '\\') isEscaped = true
          else if (char === '"') inString = false
        } else if (char === '"') inString = true
        else if (char === '{' || char === '[') {
          depth++
          hasBegun = true
        } else if (char === '}' || char === ']') depth--
      }
    },
    reset() {
      depth = 0
      hasBegun = false
      inString = false
      isEscaped = false
    },
    get isOpen() {
      return !hasBegun || depth > 0
    },
    get isComplete() {
      return hasBegun && depth <= 0
    },
  }
}
