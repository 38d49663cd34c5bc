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
const value = fc.oneof(word, fc.jsonValue(), fc.constant(null), fc.integer(), fc.double())

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
] as const

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
  return fc.tuple(type, rest).map(([type, rest]) => ({ ...rest, type }))
}
