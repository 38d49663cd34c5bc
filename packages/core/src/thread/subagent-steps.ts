/**
 * The steps of one sub-agent: what it says and does, the newest 200, each of bounded length. A delta is one string append;
 * step objects are made when a view is asked for.
 *
 * Owns: the list of steps and their growing texts. Does not know: events, who the sub-agent is, how it ends.
 *
 * Invariants:
 * - A list that was handed out never changes, and a step is never changed, only replaced.
 * - Everything here can be rebuilt from the steps and the open items of a view (I4).
 * - What a text becomes depends only on what it is and what is added, so deltas may be joined.
 */
import type { OpenItem } from '../lifecycle/open-item.ts'
import type { Subagent, SubagentStep } from './subagent.ts'

const MAX_STEPS = 200
const MAX_UNITS = { text: 8_000, reasoning: 6_000, tool: 8_000, status: 8_000 } as const
const MAX_INPUT = 2_000
const MAX_TITLE = 200
const ELLIPSIS = '…'

/** Kinds of open items whose text grows in a step: a tool call's arguments are its step's input. */
export type GrowingKind = 'text' | 'reasoning' | 'tool_call'

/** The step of each kind of open item. */
const STEP_OF = { text: 'text', reasoning: 'reasoning', tool_call: 'tool' } as const

interface Writer {
  readonly n: number
  readonly field: 'text' | 'input'
  readonly max: number
  text: string
  dirty: boolean
}

export interface SubagentSteps {
  add(step: Omit<SubagentStep, 'n'>): void
  /** The step's text grows from now on. `step` is added unless it is there. */
  open(kind: GrowingKind, id: string, step: Omit<SubagentStep, 'n'>): void
  /** An id that is not open is ignored. */
  grow(kind: GrowingKind, id: string, delta: string): void
  close(kind: GrowingKind, id: string): void
  /** Whether a text grows in this step. */
  isOpen(step: SubagentStep): boolean
  /** The newest step of a kind with this toolCallId or, of the other kinds, this messageId. */
  get(kind: SubagentStep['kind'], id: string): SubagentStep | undefined
  newest(): SubagentStep | undefined
  /** The newest step that `of` accepts. Looks at each. */
  find(of: (step: SubagentStep) => boolean): SubagentStep | undefined
  /** Replaces fields of a step. A growing text continues from the new one. */
  change(step: SubagentStep, fields: Partial<Omit<SubagentStep, 'n'>>): void
  /** One step takes the place of the first of those that `of` accepts; the others are removed. */
  replace(of: (step: SubagentStep) => boolean, by: Omit<SubagentStep, 'n'>): void
  /** The sub-agent has ended: what runs gets this status, or none. */
  end(status: 'succeeded' | 'failed' | undefined): void
  handOut(): Pick<Subagent, 'steps' | 'droppedSteps'>
}

export function createSubagentSteps(
  from: Pick<Subagent, 'steps' | 'droppedSteps'>,
  openItems: readonly OpenItem[],
): SubagentSteps {
  let { steps, droppedSteps } = from
  /** The list while nobody else holds it; undefined once it was handed out. */
  let draft: SubagentStep[] | undefined
  const writers: Readonly<Record<GrowingKind, Map<string, Writer>>> = {
    text: new Map(),
    reasoning: new Map(),
    tool_call: new Map(),
  }
  const dirty: Writer[] = []
  /** By kind and id, the number of the newest step. */
  let numbers = numbersOf(steps)

  function mine(): SubagentStep[] {
    if (draft === undefined) steps = draft = steps.slice()
    return draft
  }

  function startWriter(kind: GrowingKind, id: string): void {
    const step = own.get(STEP_OF[kind], id)
    if (step === undefined) return
    const field = kind === 'tool_call' ? 'input' : 'text'
    writers[kind].set(id, { n: step.n, field, max: maxOf(step.kind, field), text: step[field] ?? '', dirty: false })
  }

  /** Numbers have gaps only where steps were replaced. */
  function positionOf(n: number): number {
    const at = n - Number(steps[0]?.n)
    return steps[at]?.n === n ? at : steps.findLastIndex((step) => step.n === n)
  }

  function put(n: number, fields: Partial<SubagentStep>): void {
    const at = positionOf(n)
    const step = steps[at]
    if (step !== undefined) mine()[at] = { ...step, ...fields }
  }

  function flush(): void {
    for (const writer of dirty) {
      writer.dirty = false
      put(writer.n, { [writer.field]: writer.text })
    }
    dirty.length = 0
  }

  const own: SubagentSteps = {
    add(step) {
      const n = (steps.at(-1)?.n ?? droppedSteps) + 1
      const added = { n, ...bounded(step) }
      note(numbers, added)
      if (mine().push(added) <= MAX_STEPS) return
      const oldest = mine().shift() as SubagentStep
      droppedSteps += 1
      const ofKind = numbers[oldest.kind]
      if (ofKind.get(idOf(oldest)) === oldest.n) ofKind.delete(idOf(oldest))
    },
    open(kind, id, step) {
      flush()
      if (!numbers[STEP_OF[kind]].has(id)) own.add(step)
      startWriter(kind, id)
    },
    grow(kind, id, delta) {
      const writer = writers[kind].get(id)
      // A text of the greatest length was cut.
      if (writer === undefined || writer.text.length === writer.max) return
      writer.text = cut(writer.text + delta, writer.max)
      if (writer.dirty) return
      writer.dirty = true
      dirty.push(writer)
    },
    close: (kind, id) => void writers[kind].delete(id),
    isOpen({ n }) {
      for (const ofKind of Object.values(writers)) for (const writer of ofKind.values()) if (writer.n === n) return true
      return false
    },
    get(kind, id) {
      const n = numbers[kind].get(id)
      if (n === undefined) return undefined
      flush()
      return steps[positionOf(n)]
    },
    newest: () => steps.at(-1),
    find(of) {
      flush()
      return steps.findLast(of)
    },
    change({ n, kind }, fields) {
      flush()
      put(n, bounded({ ...fields, kind }))
      for (const ofKind of Object.values(writers)) {
        for (const writer of ofKind.values()) {
          const text = writer.n === n ? fields[writer.field] : undefined
          if (text !== undefined) writer.text = cut(text, writer.max)
        }
      }
    },
    replace(of, by) {
      flush()
      const first = steps.find(of)
      if (first === undefined) return
      steps = draft = steps.flatMap((step) => {
        if (step === first) return [{ n: first.n, ...bounded(by) }]
        return of(step) ? [] : [step]
      })
      numbers = numbersOf(steps)
    },
    end(status) {
      flush()
      for (const [at, { status: was, ...step }] of steps.entries()) {
        if (was === 'running') mine()[at] = { ...step, ...(status !== undefined && { status }) }
      }
    },
    handOut() {
      flush()
      draft = undefined
      return { steps, droppedSteps }
    },
  }
  for (const { kind, id } of openItems) if (isGrowing(kind)) startWriter(kind, id)
  return own
}

type Numbers = Readonly<Record<SubagentStep['kind'], Map<string, number>>>

function numbersOf(steps: readonly SubagentStep[]): Numbers {
  const numbers: Numbers = { text: new Map(), reasoning: new Map(), tool: new Map(), status: new Map() }
  for (const step of steps) note(numbers, step)
  return numbers
}

function note(numbers: Numbers, step: SubagentStep): void {
  numbers[step.kind].set(idOf(step), step.n)
}

/** A step of its own, such as an AG-UI step, has no id that anyone looks for. */
function idOf({ kind, toolCallId, messageId }: SubagentStep): string {
  return (kind === 'tool' ? toolCallId : messageId) ?? ''
}

function isGrowing(kind: OpenItem['kind']): kind is GrowingKind {
  return Object.hasOwn(STEP_OF, kind)
}

function maxOf(kind: SubagentStep['kind'], field: 'text' | 'input'): number {
  return field === 'input' ? MAX_INPUT : MAX_UNITS[kind]
}

function bounded<Step extends Partial<SubagentStep> & Pick<SubagentStep, 'kind'>>(step: Step): Step {
  const { kind, title = '', text = '', input = '' } = step
  const fits = title.length < MAX_TITLE && text.length < maxOf(kind, 'text') && input.length < MAX_INPUT
  if (fits) return step
  return {
    ...step,
    ...(title !== '' && { title: cut(title, MAX_TITLE) }),
    ...(text !== '' && { text: cut(text, maxOf(kind, 'text')) }),
    ...(input !== '' && { input: cut(input, MAX_INPUT) }),
  }
}

/**
 * A text that is shorter than `max` units, or its beginning, exactly `max` units long with the ellipsis. So the length says
 * whether a text was cut, and nothing is appended to the ellipsis.
 */
function cut(text: string, max: number): string {
  if (text.length < max) return text
  const last = text.charCodeAt(max - 2)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return isHalf ? `${text.slice(0, max - 2)} ${ELLIPSIS}` : `${text.slice(0, max - 1)}${ELLIPSIS}`
}
