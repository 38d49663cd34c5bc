/**
 * The open questions of a thread, to be answered where a person writes, or in the tray. Several are answered together.
 *
 * Owns: which questions have an answer here that is not sent yet. Does not know: what a question is about.
 */
import type { Answers, FailedStart } from '@holdfast/client'
import { problemOf, RegistryError } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useMemo, useState } from 'react'
import { Trouble } from '../composer/trouble.tsx'
import { Button } from '../design/button.tsx'
import { Icon } from '../design/icon.tsx'
import { type Answer, type Interrupt, questionOf } from './question.ts'
import { QuestionCard } from './question-card.tsx'
import './questions.css'

export interface QuestionsProps {
  readonly threadKey: ThreadKey
  readonly interrupts: readonly Interrupt[]
  /** How the questions that were asked last were resolved, once they are. */
  readonly resolved?: 'answered' | 'cancelled' | 'expired' | undefined
  readonly answering: Answers | undefined
  readonly failedStart: FailedStart | undefined
  /** A message box below takes the answer to a question that wants words. */
  readonly box: boolean
}

export default function Questions(props: QuestionsProps) {
  const { threadKey, interrupts, answering, failedStart, box } = props
  const registry = useRegistry()
  const questions = useMemo(() => interrupts.map(questionOf), [interrupts])
  const [chosen, setChosen] = useState<ReadonlyMap<string, Answer>>(new Map())
  const ready = questions.flatMap(({ id }) => chosen.get(id) ?? [])
  const several = questions.length > 1

  function send(answers: Answers): void {
    try {
      registry.answer(threadKey, answers)
    } catch (error) {
      // Two clicks in one frame: the first one counts.
      if (!(error instanceof RegistryError && error.code === 'busy')) throw error
    }
  }
  function answer(given: Answer): void {
    if (several) setChosen(new Map(chosen).set(given.interruptId, given))
    else send([given])
  }
  function change(id: string): void {
    const left = new Map(chosen)
    left.delete(id)
    setChosen(left)
  }

  return (
    <>
      {questions.length > 0 && (
        <section className="questions" aria-label={several ? 'Questions' : 'Question'} data-testid="questions">
          <p className="questions-head">
            <span className="mark" data-status="needs_you">
              <Icon name="question" />
              Needs you
            </span>
            {several && <span>{`${questions.length} questions, answered together`}</span>}
          </p>
          <div className="questions-list">
            {questions.map((question) => (
              <QuestionCard
                key={question.id}
                question={question}
                sending={answering?.some(({ interruptId }) => interruptId === question.id) ?? false}
                chosen={several ? chosen.get(question.id) : undefined}
                box={box && !several}
                answer={answer}
                change={() => change(question.id)}
              />
            ))}
          </div>
          {several && (
            <div className="questions-acts">
              <Button
                look="main"
                disabled={ready.length < questions.length || answering !== undefined}
                onClick={() => send(ready)}
              >
                {`Send ${questions.length} answers`}
              </Button>
              {ready.length < questions.length && <span>{`${ready.length} of ${questions.length} answered`}</span>}
            </div>
          )}
        </section>
      )}
      <News {...props} />
      {failedStart?.answers && failedStart.error && (
        <Trouble text={whyNot(failedStart)} dismiss={() => registry.dismissFailedStart(threadKey)} />
      )}
    </>
  )
}

const REFUSALS: Readonly<Record<string, string>> = {
  interrupt_answered: 'This question was answered elsewhere before. Your answer was not used.',
  interrupt_closed: 'This question is not open any more. Your answer was not used.',
  interrupt_expired: 'This question has expired. Your answer was not used.',
  arguments_changed: 'The tool call has changed since. Look at it again, then answer.',
}

function whyNot({ error }: FailedStart): string {
  const problem = error && problemOf(error)
  if (!problem) return `Not answered. ${error?.message ?? ''}`
  const known = Object.hasOwn(REFUSALS, problem.code) ? REFUSALS[problem.code] : undefined
  const [issue] = problem.issues ?? []
  return known ?? `Not answered. ${issue?.message ?? problem.detail}`
}

/** Questions that went away while a person was looking at them: says why, once. */
function News({ interrupts, resolved, answering, failedStart }: QuestionsProps) {
  const open = interrupts.map(({ id }) => id).join(' ')
  const [before, setBefore] = useState({ open, mine: false })
  const [news, setNews] = useState('')
  const mine = answering !== undefined
  if (before.open !== open || (mine && !before.mine)) {
    setBefore({ open, mine: open === before.open ? mine : mine && open !== '' })
    if (open !== '') setNews('')
    else if (!before.mine && !failedStart?.answers && resolved) setNews(NEWS[resolved])
  }
  return (
    <p className={news === '' ? 'said' : 'questions-news'} role="status">
      {news}
    </p>
  )
}

const NEWS: Record<NonNullable<QuestionsProps['resolved']>, string> = {
  answered: 'Answered elsewhere.',
  cancelled: 'The question was withdrawn.',
  expired: 'The question has expired.',
}
