/** In a real browser: questions as a person sees and answers them, several of them together. */
import { createRunRegistry } from '@holdfast/client'
import { createManualEnvironment, createScriptedTransport } from '@holdfast/client/testing'
import { RegistryProvider } from '@holdfast/react'
import { expect, it } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import type { Interrupt } from './question.ts'
import Questions, { type QuestionsProps } from './questions.tsx'

const KEY = { roomId: 'R', threadId: 'T' }
const SEND: Interrupt = {
  id: 'send',
  reason: 'tool_approval',
  message: 'Send it?',
  metadata: { toolName: 'send', arguments: { to: 'Ada' }, argumentsHash: 'h' },
}
const WHERE: Interrupt = { id: 'where', reason: 'Where to?' }
const FERRY: Interrupt = {
  id: 'ferry',
  reason: 'input',
  message: 'Who travels?',
  responseSchema: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', title: 'Name' },
      people: { type: 'integer', title: 'Passengers', maximum: 9 },
    },
  },
}

async function show(...interrupts: readonly Interrupt[]) {
  const transport = createScriptedTransport()
  const environment = createManualEnvironment()
  transport.startElsewhere(KEY, 'asker', 'Hello')
  transport.end(KEY, 'asker', { type: 'interrupted', interrupts: [...interrupts] })
  const registry = createRunRegistry({ transport, environment })
  const all = (more: Partial<QuestionsProps> = {}) => (
    <RegistryProvider registry={registry}>
      <Questions
        threadKey={KEY}
        interrupts={interrupts}
        answering={undefined}
        failedStart={undefined}
        box={false}
        {...more}
      />
    </RegistryProvider>
  )
  const screen = await render(all())
  const sent = () =>
    transport.asked.flatMap((each) => (each.type === 'start' && each.body.resume ? [each.body.resume] : []))
  return { ...screen, sent, again: (more: Partial<QuestionsProps>) => screen.rerender(all(more)) }
}

const button = (name: string) => page.getByRole('button', { name, exact: true })

it('an approval shows the call, and is given with the hash of what was shown', async () => {
  const { sent, container } = await show(SEND)
  expect(container.textContent).toContain('"to": "Ada"')
  await button('Approve').click()
  await expect
    .poll(sent)
    .toEqual([[{ interruptId: 'send', status: 'resolved', payload: { approved: true, argumentsHash: 'h' } }]])
})

it('a call is approved with edited arguments once they are JSON', async () => {
  const { sent, container } = await show(SEND)
  await button('Edit arguments').click()
  await page.getByRole('textbox').fill('{"to": ')
  await button('Approve edited call').click()
  expect(container.textContent).toContain('This is no JSON')
  expect(sent()).toEqual([])
  await page.getByRole('textbox').fill('{"to": "Bob"}')
  await button('Approve edited call').click()
  await expect.poll(sent).toMatchObject([[{ payload: { approved: true, arguments: { to: 'Bob' } } }]])
})

it('a call is denied with a note, in its own field where there is no message box', async () => {
  const { sent } = await show(SEND)
  await button('Deny with a note').click()
  await page.getByRole('textbox').fill('Too late.')
  await button('Deny').click()
  await expect.poll(sent).toMatchObject([[{ payload: { approved: false, note: 'Too late.' } }]])
})

it('several questions are sent together, once each has an answer, which can be changed until then', async () => {
  const { sent } = await show(SEND, WHERE)
  const all = button('Send 2 answers')
  await expect.element(all).toBeDisabled()
  await button('Deny').click()
  await button('Change').click()
  await button('Approve').click()
  await page.getByRole('textbox').fill('Porto')
  await button('Answer').click()
  await all.click()
  await expect.poll(sent).toMatchObject([
    [
      { interruptId: 'send', payload: { approved: true } },
      { interruptId: 'where', status: 'resolved', payload: 'Porto' },
    ],
  ])
})

it('a form names what is wrong beside its field, focuses the first such field, and sends the types of its schema', async () => {
  const { sent } = await show(FERRY)
  await page.getByLabelText('Passengers').fill('12')
  await button('Answer').click()
  const name = page.getByLabelText('Name (required)')
  await expect.element(name).toHaveFocus()
  await expect.element(name).toHaveAccessibleDescription('Fill this in.')
  await expect.element(page.getByLabelText('Passengers')).toHaveAccessibleDescription('Enter 9 or less.')
  await name.fill('Ada')
  await page.getByLabelText('Passengers').fill('2')
  await button('Answer').click()
  await expect.poll(sent).toMatchObject([[{ payload: { name: 'Ada', people: 2 } }]])
})

it('S001-C4 an open question that is answered, withdrawn or expires elsewhere says so; an answer from here does not', async () => {
  for (const [resolved, words] of [
    ['answered', 'Answered elsewhere.'],
    ['cancelled', 'The question was withdrawn.'],
    ['expired', 'The question has expired.'],
  ] as const) {
    const screen = await show(WHERE)
    await screen.again({ interrupts: [], resolved })
    await expect.element(screen.getByRole('status')).toHaveTextContent(words)
    await screen.unmount()
  }
  const mine = await show(WHERE)
  await mine.again({ answering: [{ interruptId: 'where', status: 'resolved', payload: 'Porto' }] })
  await expect.element(button('Answer')).toBeDisabled()
  await mine.again({ interrupts: [], resolved: 'answered' })
  expect(mine.container.textContent).toBe('')
})

it('a question past its expiry cannot be answered', async () => {
  await show({ ...SEND, expiresAt: '2020-01-01T00:00:00.000Z' })
  await expect.element(page.getByText('Expired')).toBeVisible()
  await expect.element(button('Approve')).toBeDisabled()
})
