/** Below an answer that is over: its words to copy, and, of the last one, another answer in its place. */
import { IconButton } from '../design/button.tsx'
import { type Copying, useCopy } from '../design/use-copy.ts'
import type { Foot } from './endings.ts'
import { keepFocusNear } from './keep-focus.ts'
import type { EndingActions } from './run-ending.tsx'

interface AnswerFootProps extends Pick<EndingActions, 'retry' | 'wordsOf'> {
  readonly foot: Foot
}

export function AnswerFoot({ foot: { runId, words, again }, retry, wordsOf }: AnswerFootProps) {
  return (
    <div className="answer-foot" data-last={again || undefined}>
      {words && wordsOf && <CopyButton text={() => wordsOf(runId)} />}
      {again && (
        <IconButton
          icon="retry"
          label="Regenerate"
          onClick={(event) => {
            keepFocusNear(event.currentTarget)
            retry(runId)
          }}
        />
      )}
    </div>
  )
}

const SAID: Record<Copying, string> = { ready: '', copied: 'Copied', failed: 'Couldn’t copy' }

function CopyButton({ text }: { readonly text: () => string }) {
  const [state, copy] = useCopy(text)
  return (
    <>
      <IconButton icon={state === 'copied' ? 'done' : 'copy'} label="Copy answer" onClick={copy} />
      <span className={state === 'failed' ? 'answer-said' : 'said'} role="status">
        {SAID[state]}
      </span>
    </>
  )
}
