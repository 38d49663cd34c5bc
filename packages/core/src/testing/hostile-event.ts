/** Events as a broken or malicious agent, or a newer server, may send them: known types with wrong fields, and unknown types. */
import { EventType } from '@ag-ui/core'
import fc from 'fast-check'

const HOSTILE_WORDS = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'm1',
  '/__proto__/polluted',
  '/a/~2',
  'run-0',
] as const
const word = fc.oneof(fc.constantFrom(...HOSTILE_WORDS), fc.string())
const own = fc.record(
  { toolCallId: word, text: word, messageIds: fc.oneof(fc.array(word, { maxLength: 3 }), word) },
  { requiredKeys: [] },
)
const value = fc.oneof(word, own, fc.jsonValue(), fc.constant(null), fc.integer(), fc.double())

const FIELDS = [
  'messageId',
  'toolCallId',
  'toolCallName',
  'parentMessageId',
  'subagentRunId',
  'stepName',
  'name',
  'role',
  'delta',
  'content',
  'snapshot',
  'patch',
  'messages',
  'entityId',
  'subtype',
  'encryptedValue',
  'activityType',
  'input',
  'outcome',
  'usage',
  'metadata',
  'result',
  'message',
  'code',
  'value',
  'event',
  'rawEvent',
  'timestamp',
  'runId',
  'threadId',
  'parentSubagentRunId',
  'parentToolCallId',
] as const

/** What the fold knows of the server's own custom events, with wrong values. */
const OWN_NAMES = ['holdfast.waiting', 'holdfast.progress', 'holdfast.superseded'] as const

const patch = fc.array(
  fc.record(
    {
      op: fc.oneof(fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'), word),
      path: word,
      from: word,
      value,
    },
    { requiredKeys: [] },
  ),
  { maxLength: 3 },
)

export function hostileEvent(): fc.Arbitrary<{ readonly type: string }> {
  const type = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...Object.values(EventType)) },
    { weight: 1, arbitrary: word },
  )
  const rest = fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(value, patch), { maxKeys: 8 })
  const name = fc.option(fc.constantFrom(...OWN_NAMES), { nil: undefined })
  return fc.tuple(type, rest, name).map(([type, rest, name]) => {
    const isCustom = type === EventType.CUSTOM && name !== undefined
    return { ...rest, ...(isCustom && { name }), type }
  })
}
