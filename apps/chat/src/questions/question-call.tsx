/** The tool call that a question is about: its name and its arguments. */
import type { Kind } from './question.ts'

export function QuestionCall({
  tool,
  arguments: given,
}: Pick<Extract<Kind, { type: 'outcome' }>, 'tool' | 'arguments'>) {
  if (tool === undefined && given === undefined) return null
  return (
    <div className="question-call">
      {tool !== undefined && <code>{tool}</code>}
      {given !== undefined && <pre className="code">{given}</pre>}
    </div>
  )
}
