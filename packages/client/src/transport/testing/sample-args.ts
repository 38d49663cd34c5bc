/** Arguments that fit a verb, made from what the table says of it: for tests that go through all verbs. */
import { type ArgKind, type ArgsOf, VERBS, type Verb } from '../verbs.ts'

const SAMPLES: { readonly [Kind in ArgKind]: unknown } = {
  key: { roomId: 'default', threadId: 'T1' },
  id: 'default',
  query: {},
  body: {},
  reason: 'no longer needed',
}

export const ALL_VERBS = Object.keys(VERBS) as readonly Verb[]

export function sampleArgs<V extends Verb>(verb: V): ArgsOf<V> {
  return VERBS[verb].kinds.map((kind) => SAMPLES[kind]) as readonly unknown[] as ArgsOf<V>
}
