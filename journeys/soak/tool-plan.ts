/** Which tools the model of `tools-loop.ts` calls, step by step: what the model plays and the loop expects. Pure. */

/** What a second call of it would do, or that it starts a sub-agent. */
export type CallKind = 'read' | 'idempotent' | 'effect' | 'child'

const OF_THE_AGENT: readonly (readonly CallKind[])[] = [
  ['read', 'idempotent'],
  ['effect', 'effect'],
  ['child'],
  ['effect', 'read'],
  ['idempotent', 'effect'],
]
const OF_A_CHILD: readonly (readonly CallKind[])[] = [['effect'], ['read']]

/** Its last words, before the label. */
export const DONE = 'Done'

export function callsOf(label: string): readonly (readonly CallKind[])[] {
  return label.endsWith('-child') ? OF_A_CHILD : OF_THE_AGENT
}

/** Every call with a label of its own, those of sub-agents included. */
export function labelsOf(label: string): readonly { readonly label: string; readonly kind: CallKind }[] {
  return callsOf(label).flatMap((calls, step) =>
    calls.flatMap((kind, index) => {
      const own = `${label}-${step}-${index}`
      return [{ label: own, kind }, ...(kind === 'child' ? labelsOf(`${own}-child`) : [])]
    }),
  )
}
