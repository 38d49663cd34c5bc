/**
 * Sub-agents, each with its state, and its steps on request; nested. One of them can be stopped while the others go on.
 *
 * Does not know: where it is shown (a tool's card, a run, the tray), what the registry does with a stop.
 */
import type { Subagent, ThreadKey } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { type MouseEvent, useId, useMemo, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { moveFocus } from '../design/focus.ts'
import { Icon } from '../design/icon.tsx'
import { lasting } from '../design/lasting.ts'
import { useNow } from '../design/use-now.ts'
import { troubleAbout } from '../frame/toasts.ts'
import { LOOKS, stateOf } from './states.ts'
import { Steps } from './steps.tsx'
import { type Node, nameOf, stepsOf, tookOf, treeOf } from './tree.ts'
import './subagents.css'

export interface SubagentsProps {
  readonly threadKey: ThreadKey
  readonly agents: readonly Subagent[]
}

export default function Subagents({ threadKey, agents }: SubagentsProps) {
  const nodes = useMemo(() => treeOf(agents), [agents])
  return (
    <>
      <List threadKey={threadKey} nodes={nodes} label="Sub-agents" />
      <News agents={agents} />
    </>
  )
}

interface ListProps {
  readonly threadKey: ThreadKey
  readonly nodes: readonly Node[]
  readonly label: string
}

function List({ threadKey, nodes, label }: ListProps) {
  return (
    <ul className="subagents" aria-label={label}>
      {nodes.map((node) => (
        <AgentLine key={nameOf(node.agent)} threadKey={threadKey} node={node} />
      ))}
    </ul>
  )
}

function AgentLine({ threadKey, node: { agent, children } }: { readonly threadKey: ThreadKey; readonly node: Node }) {
  const { subagentRunId, name, status, droppedSteps, steps, error } = agent
  const registry = useRegistry()
  const body = useId()
  const [open, setOpen] = useState(false)
  const [asked, setAsked] = useState(false)
  const said = stateOf(agent)
  const state = asked && said === 'running' ? 'stopping' : said
  const { icon, word, status: mark } = LOOKS[state]
  const running = status === 'running'
  const now = useNow(running)
  const count = stepsOf(agent)

  function stop({ currentTarget }: MouseEvent<HTMLElement>): void {
    setAsked(true)
    // The button goes with what it does: the keyboard keeps its place.
    moveFocus(currentTarget.previousElementSibling)
    registry.cancelSubagent(threadKey, subagentRunId).catch((cause: unknown) => {
      setAsked(false)
      troubleAbout(`Couldn’t stop “${name}”. It’s still running.`)(cause)
    })
  }

  return (
    <li className="subagent" data-testid="subagent" data-status={state}>
      <div className="subagent-head">
        <button
          type="button"
          className="subagent-way"
          aria-expanded={open}
          aria-controls={open ? body : undefined}
          onClick={() => setOpen(!open)}
        >
          <span className="subagent-name" dir="auto">
            {name}
          </span>
          <span className="mark" data-status={mark}>
            <Icon name={icon} turning={running && state !== 'asks'} />
            {word}
          </span>
          <span className="subagent-facts">
            <span>{count === 1 ? '1 step' : `${count} steps`}</span>
            <span>{lasting(Math.max(1, Math.round(tookOf(agent, now) / 1_000)) * 1_000)}</span>
          </span>
        </button>
        {state === 'running' && <IconButton icon="stop" label={`Stop ${name}`} onClick={stop} />}
      </div>
      {open && (
        <div id={body} className="subagent-body">
          {error && (
            <p className="subagent-error" dir="auto">
              {error.message}
            </p>
          )}
          {droppedSteps > 0 && (
            <p className="subagent-dropped">
              {droppedSteps === 1 ? '1 earlier step is not kept.' : `${droppedSteps} earlier steps are not kept.`}
            </p>
          )}
          {count === 0 && <p className="subagent-dropped">{running ? 'No steps yet.' : 'No steps.'}</p>}
          <Steps steps={steps} name={name} />
        </div>
      )}
      {children.length > 0 && <List threadKey={threadKey} nodes={children} label={`Sub-agents of ${name}`} />}
    </li>
  )
}

/** Changes of state, politely: no steps, no text. Nothing of what was so before it was looked at. */
function News({ agents }: Pick<SubagentsProps, 'agents'>) {
  const states = agents.map((agent) => `${nameOf(agent)} ${stateOf(agent)}`).join('\n')
  const [before, setBefore] = useState(states)
  const [news, setNews] = useState('')
  if (states !== before) {
    const known = new Set(before.split('\n'))
    const changed = agents.filter((agent) => !known.has(`${nameOf(agent)} ${stateOf(agent)}`))
    setBefore(states)
    setNews(changed.map((agent) => `${agent.name}: ${LOOKS[stateOf(agent)].word}`).join('. '))
  }
  return (
    <p className="said" role="status">
      {news}
    </p>
  )
}
