/**
 * The draft of a thread that no longer exists, shown in full, to copy or to move to a new thread.
 *
 * Does not know: why the thread is gone.
 */
import { useNavigate } from '@tanstack/react-router'
import { Button } from '../design/button.tsx'
import { useCopy } from '../design/use-copy.ts'
import { useDraft } from './use-draft.ts'
import { useDrafts } from './use-drafts.ts'
import './left-words.css'

interface LeftWordsProps {
  /** Of the draft. */
  readonly place: string
  /** The room in which a new thread may begin with it. */
  readonly roomId: string
}

const COPY = { ready: 'Copy', copied: 'Copied', failed: 'Couldn’t copy' } as const

export default function LeftWords({ place, roomId }: LeftWordsProps) {
  const drafts = useDrafts()
  const navigate = useNavigate()
  const draft = useDraft(place)
  const [copying, copy] = useCopy(() => draft)
  if (draft === '') return null
  function move(): void {
    drafts.giveBack(`${roomId}/`, draft)
    drafts.write(place, '')
    void navigate({ to: '/rooms/$roomId', params: { roomId } })
  }
  return (
    <section className="left-words" aria-label="Your unsent message">
      <p className="left-words-title">Not sent</p>
      <blockquote dir="auto">{draft}</blockquote>
      <div className="left-words-acts">
        <Button look="main" onClick={move}>
          Move to a new thread
        </Button>
        <Button onClick={copy}>{COPY[copying]}</Button>
        <Button look="quiet" onClick={() => drafts.write(place, '')}>
          Discard
        </Button>
      </div>
    </section>
  )
}
