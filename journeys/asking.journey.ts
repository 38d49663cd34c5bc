/** A person asks from the page, and does something else. */
import { hold } from './hold.ts'
import {
  connectionLine,
  expect,
  expectAnswers,
  keyOf,
  listed,
  questionOf,
  send,
  sendButton,
  stopButton,
  test,
} from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import { scriptText } from './server.ts'
import { createWire } from './wire.ts'

const LONG = { words: 200, pauseAt: 60 }

test('a question to the model, left mid-answer, is found whole, and the model was asked once (S000-73, S004-25, S001-28)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const short = { words: 20, letter: 's' }
  await page.goto(`${server.url}/`)
  await expect(page).toHaveURL(`${server.url}/rooms/default`)
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('model')
  await send(page, askFor(LONG))
  await expectAnswers(page, wordsText(LONG, 60))
  const address = page.url()

  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Models' }).click()
  await send(page, askFor(short))
  await expectAnswers(page, wordsText(short))
  await expect(page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Working' })).toBeVisible()

  await page.goto(address)
  await expectAnswers(page, wordsText(LONG, 60))
  await expect(stopButton(page)).toBeVisible()
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))
  await expect(sendButton(page)).toBeVisible()
  expect(await provider.asked()).toEqual({ calls: 2, hungUp: 0 })
})

test('returning before the start is accepted finds the run attached and streaming (S004-24, S004-31)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  await server.play({ roomId: 'models', threadId: 'other' }, { tokens: 3, intervalMs: 1, prefix: 'o' }, 'Elsewhere')
  const go = await hold(page, '**/runs')
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor(LONG))
  await expect(questionOf(page, 'Say 200 words')).toBeVisible()

  await listed(page, 'Elsewhere').click()
  await expectAnswers(page, scriptText({ tokens: 3, prefix: 'o' }))
  await listed(page, 'Say 200 words').click()
  await expect(questionOf(page, 'Say 200 words')).toBeVisible()
  await expect(stopButton(page)).toBeVisible()

  go()
  await expectAnswers(page, wordsText(LONG, 60))
  await expect(stopButton(page)).toBeVisible()
  const threads = page.getByRole('navigation', { name: 'Threads' }).getByRole('listitem')
  await expect(threads, 'what happened last stands first').toContainText(['Say 200 words', 'Elsewhere'])
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))
  await expect(questionOf(page, 'Say 200 words')).toHaveCount(1)
})

test('a new thread is listed at once, and a lost connection has its own line while the run continues (S004-8, S000-1)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const wire = await createWire(server.port)
  const go = await hold(page, '**/runs')
  await page.goto(`${wire.url}/rooms/models`)
  await send(page, askFor(LONG))
  await expect(listed(page, 'Say 200 words')).toContainText('Working')
  await expect(listed(page, 'Say 200 words')).toHaveAttribute('aria-current', 'page')
  go()
  await expectAnswers(page, wordsText(LONG, 60))

  wire.cut()
  await expect(connectionLine(page)).toBeVisible()
  await expect(stopButton(page)).toBeVisible()
  await provider.goOn()
  await expect.poll(() => server.said(keyOf(page))).toContain('w100 ')
  await expectAnswers(page, wordsText(LONG, 60))

  wire.restore()
  await expect(connectionLine(page)).toHaveCount(0)
  await expectAnswers(page, wordsText(LONG))
  await expect(sendButton(page)).toBeVisible()
  await expect(listed(page, 'Say 200 words')).not.toContainText('Working')
  expect(await provider.asked()).toEqual({ calls: 1, hungUp: 0 })
  await wire.close()
})

test('a room is created from the page, and a suggestion in it asks the chosen agent', async ({
  page,
  modelServer: server,
}) => {
  const suggestion = 'Compare renting and buying in a table'
  await page.goto(`${server.url}/`)
  await page.getByRole('button', { name: 'New room' }).click()
  await page.getByRole('textbox', { name: 'Room name' }).fill('Garden')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('link', { name: 'Garden' })).toHaveAttribute('aria-current', 'page')
  await expect(page).toHaveTitle('New thread · Garden · Holdfast')

  await page.getByRole('combobox', { name: 'Agent' }).selectOption('model')
  await page.getByRole('button', { name: suggestion }).click()
  await expect(listed(page, suggestion)).toHaveAttribute('aria-current', 'page')
  await expect(page.getByRole('link', { name: 'Garden' })).toHaveAttribute('aria-current', 'true')
  await expect(page).toHaveTitle(`${suggestion} · Garden · Holdfast`)
  await expectAnswers(page, `You said: ${suggestion}`)
  expect((await server.runs(keyOf(page))).map((run) => run.agentId)).toEqual(['model'])
})

test.describe('with a model that names conversations', () => {
  test.use({ titleModel: 'namer' })

  test('a new thread is titled by its first line until the model names it; nothing looks busy or unread meanwhile', async ({
    page,
    modelServer: server,
    provider,
  }) => {
    const asked = { words: 12, letter: 'n', pauseAt: 6 }
    const question = askFor(asked)
    await page.goto(`${server.url}/rooms/models`)
    await send(page, question)
    await expectAnswers(page, wordsText(asked, 6))
    await expect(listed(page, question)).toContainText('Working')
    await expect(page).toHaveTitle(`${question} · Models · Holdfast`)
    await provider.goOn()
    await expectAnswers(page, wordsText(asked))

    // The model is asked for the title and is in the middle of its answer. That is not a run.
    await expect.poll(async () => (await provider.asked()).calls).toBe(2)
    const calm = async (title: string) => {
      await expect(listed(page, title)).toHaveText(title)
      await expect(page.getByRole('heading', { name: title })).toBeVisible()
      await expect(sendButton(page)).toBeVisible()
      await expect(page.getByRole('region', { name: 'Runs' })).toContainText('Nothing running')
      await expect(page.getByTestId('toast')).toHaveCount(0)
      const { thread, runs } = await server.snapshot(keyOf(page))
      return { status: thread.status, unread: thread.unread, runs: runs.length }
    }
    const before = await calm(question)
    expect(before).toMatchObject({ status: 'idle', runs: 1 })

    await provider.goOn()
    const title = wordsText(asked).trim()
    await expect(page).toHaveTitle(`${title} · Models · Holdfast`)
    expect(await calm(title)).toEqual(before)
    await page.reload()
    expect(await calm(title)).toEqual(before)
  })
})
