/** Maps an event type in any known spelling or older name to its current name. */
import { EventType } from '@ag-ui/core'

const TODAY: ReadonlySet<string> = new Set(Object.values(EventType))

/** Undefined: not an AG-UI event. */
export function typeOf(said: unknown): EventType | undefined {
  if (typeof said !== 'string' || said.length > 64) return undefined
  if (TODAY.has(said)) return said as EventType
  // `TextMessageStart`, `text-message-start`, and `EventType.TEXT_MESSAGE_START` as Python prints it.
  const spelled = said
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[-. ]/g, '_')
    .toUpperCase()
    .replace(/^EVENT_?TYPE_/, '')
  const named = TODAY.has(spelled) ? spelled : asReasoning(spelled)
  return TODAY.has(named) ? (named as EventType) : undefined
}

/** THINKING_* until 0.0.40: THINKING_START and _END around THINKING_TEXT_MESSAGE_START, _CONTENT and _END. */
function asReasoning(type: string): string {
  const [, part, step] =
    /^(?:THINKING|REASONING)(_TEXT_MESSAGE|_MESSAGE)?_(START|CONTENT|DELTA|END|CHUNK)$/.exec(type) ?? []
  if (step === undefined) return type
  const isBlock = part === undefined && (step === 'START' || step === 'END')
  return `REASONING_${isBlock ? '' : 'MESSAGE_'}${step === 'DELTA' ? 'CONTENT' : step}`
}
