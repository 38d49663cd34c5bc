/** In a real browser: a run's log as it is shown, while it can be read and when it cannot. */
import type { RunInThread } from '@holdfast/core'
import type { ComponentProps } from 'react'
import { expect, it } from 'vitest'
import { render } from 'vitest-browser-react'
import { type Services, ServicesProvider } from '../services.ts'
import { RunLogView } from './run-log-view.tsx'

const RUN: RunInThread = {
  roomId: 'R1',
  threadId: 'T1',
  runId: 'run',
  agentId: 'demo',
  status: 'running',
  acceptedAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:00.000Z',
}

/** Of what the page is given only the runs are asked for here. */
function withRuns(runs: Services['runs']): NonNullable<ComponentProps<typeof ServicesProvider>['value']> {
  return { runs } as Partial<Services> as Services
}

it('a log that ends without the end of its run says that it could not be loaded', async () => {
  let end = () => {}
  const services = withRuns({
    ask: async () => ({ events: [], next: 1, upToDate: false }) as never,
    open(source) {
      const event = { type: 'run.accepted', run: RUN } as const
      if (source.type === 'log') {
        const { after, handlers } = source
        handlers.onEnvelopes([{ v: 1, ...RUN, seq: after + 1, at: RUN.acceptedAt, kind: 'control', event }])
      }
      return new Promise((resolve) => {
        end = resolve
      })
    },
  })
  const screen = await render(
    <ServicesProvider value={services}>
      <RunLogView run={RUN} now={0} />
    </ServicesProvider>,
  )
  await expect.element(screen.getByRole('listitem')).toHaveTextContent('Accepted')
  await expect.element(screen.getByTitle('run.accepted')).toHaveTextContent('Accepted')
  end()
  await expect.element(screen.getByText('Couldn’t load the log.')).toBeInTheDocument()
})
