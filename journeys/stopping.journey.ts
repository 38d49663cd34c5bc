/** Only the Stop button stops a run; its partial text stays. */
import { hold } from './hold.ts'
import {
  addressOf,
  answers,
  ending,
  expect,
  expectAnswers,
  expectWritten,
  listed,
  questionOf,
  said,
  send,
  sendButton,
  stopButton,
  test,
} from './journey.ts'
import { askFor } from './provider.ts'
import { isQuiet, scriptText } from './server.ts'

const KEY = { roomId: 'default', threadId: 'stopped' }

test('stopping mid-run keeps the partial text, says so, and nothing follows (S004-17, S004-28, S001-63, G6)', async ({
  page,
  server,
}) => {
  const script = { tokens: 5_000, intervalMs: 10 }
  await server.play(KEY, script)
  await page.goto(addressOf(server, KEY))
  await expectWritten(page, 't20 ')
  await expect(said(page, 'Working')).toBeAttached()
  const go = await hold(page, '**/cancel')

  await stopButton(page).click()
  await expect(page.getByRole('button', { name: 'Stopping…' })).toBeDisabled()
  await expect(listed(page, 'Say it')).toContainText('Stopping…')
  await expect(said(page, 'Stopping')).toBeAttached()
  await expect(ending(page, 'Stopped'), 'not before it is confirmed').toHaveCount(0)
  go()
  await expect(ending(page, 'Stopped')).toBeVisible()
  await expect(said(page, 'Stopped')).toBeAttached()
  await expect(sendButton(page)).toBeVisible()
  const kept = (await answers(page).textContent()) ?? ''
  expect(kept).toContain('t20')
  expect(scriptText(script).startsWith(kept), `a beginning of the whole: ${kept.slice(-40)}`).toBe(true)
  expect((await server.said(KEY)).trimEnd()).toBe(kept.trimEnd())

  // Another run starts and ends meanwhile, which is time enough for late events.
  const other = { roomId: 'default', threadId: 'meanwhile' }
  const { seq } = await server.snapshot(KEY)
  await server.play(other, { tokens: 50, intervalMs: 20 })
  await expect.poll(() => isQuiet(server, other)).toBe(true)
  expect((await server.snapshot(KEY)).seq).toBe(seq)
  await expectAnswers(page, kept)
  expect((await server.runs(KEY)).map((run) => run.status)).toEqual(['cancelled'])
})

test('stopping while the start is in flight frees the composer at once, and no agent answers (S004-15, S004-27, S001-59)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const go = await hold(page, '**/runs')
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor({ words: 100 }))
  await stopButton(page).click()
  await expect(sendButton(page)).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeEditable()
  await expect(page.getByRole('alert')).toHaveCount(0)

  go()
  await expect(ending(page, 'Stopped')).toBeVisible()
  await expect(questionOf(page, 'Say 100 words')).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expectAnswers(page)
  expect(await provider.asked()).toEqual({ calls: 0, hungUp: 0 })
})

test('Stop responds to a click during a flood: the cost of a frame does not grow with the answer', async ({
  page,
  server,
}) => {
  const key = { roomId: 'default', threadId: 'flood' }
  await server.play(key, { tokens: 900_000, intervalMs: 0, flood: true, prefix: 'word' })
  await page.goto(addressOf(server, key))
  const answer = answers(page).last()
  await expect.poll(async () => ((await answer.textContent()) ?? '').length).toBeGreaterThan(200_000)
  // No time is measured, only how many frames pass between the click and its effect, and how much one frame lays out
  // again.
  await page.evaluate(() => {
    addEventListener(
      'click',
      () => {
        let frames = 0
        const look = () => {
          frames += 1
          const shown = document.querySelector('.composer')?.textContent?.includes('Stopping…')
          if (shown) document.documentElement.dataset.frames = String(frames)
          else requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
      },
      { capture: true, once: true },
    )
  })
  await stopButton(page).click()
  await expect(page.locator('html')).toHaveAttribute('data-frames', /^[1-4]$/)
  await expect(ending(page, 'Stopped')).toBeVisible()
  const paragraphs = await answer
    .locator('p')
    .evaluateAll((all) => all.map(({ textContent }) => textContent?.length ?? 0))
  expect(Math.max(...paragraphs)).toBeLessThan(8_192 + 64)
})
