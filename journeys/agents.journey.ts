/** Who answers: the agent belongs to its thread. */
import { addressOf, expect, listed, sendButton, test } from './journey.ts'
import { askFor } from './provider.ts'

const key = (threadId: string) => ({ roomId: 'default', threadId })

test('an agent chosen in one thread answers there and nowhere else, survives a reload, and is used to regenerate', async ({
  page,
  modelServer: server,
}) => {
  for (const name of ['One', 'Other']) await server.play(key(name), { tokens: 3, intervalMs: 1 }, name)
  const agent = page.getByRole('combobox', { name: 'Agent' })
  const who = async (threadId: string) => (await server.runs(key(threadId))).map(({ agentId }) => agentId)
  await page.goto(addressOf(server, key('One')))
  await expect(agent).toHaveValue('demo')
  await agent.selectOption('model')
  await listed(page, 'Other').click()
  await expect(page).toHaveTitle(/^(\(\d+\) )?Other/)
  await expect(agent).toHaveValue('demo')
  await listed(page, 'One').click()
  await expect(agent).toHaveValue('model')
  await page.reload()
  await expect(agent, 'what was not sent is kept').toHaveValue('model')

  await page.getByRole('textbox', { name: 'Message' }).fill(askFor({ words: 3 }))
  await page.keyboard.press('Enter')
  await expect.poll(() => who('One')).toEqual(['demo', 'model'])
  await expect(sendButton(page)).toBeVisible()
  await expect(agent).toHaveValue('model')
  expect((await server.snapshot(key('Other'))).thread.agentId).toBe('demo')

  await agent.selectOption('demo')
  await page.getByRole('button', { name: 'Regenerate' }).last().click()
  await expect.poll(() => who('One')).toEqual(['demo', 'model', 'demo'])
})
