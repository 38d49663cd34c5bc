/** The server gives a notice to one device, whatever is lost on the way. */
import { expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { A, B, claimsOf, createServer } from './testing/pages.ts'

it('a window that dies with the claim under way leaves it to the next one of its profile', async () => {
  const server = createServer()
  const [first, second] = [server.open({ window: 'visible' }), server.open({ window: 'hidden' })]
  const end = server.run(A)
  for (const page of [first, second]) await page.isReady()
  const answer = server.transport.holdAnswer('claimNotice')
  end()
  await server.pass(500)
  expect(claimsOf(server)).toHaveLength(1)
  first.program.kill()
  answer()
  await server.pass(3_000)
  expect(second.rang()).toEqual(['os finished a'])
  expect(new Set(claimsOf(server)).size).toBe(1)
})

it('a lost answer to a claim is asked for again, and what another device has is not shown', async () => {
  const server = createServer()
  const page = server.open()
  const [endA, endB] = [server.run(A), server.run(B)]
  await page.isReady()
  server.transport.next('claimNotice', { type: 'lost' })
  endA()
  await server.pass(2_000)
  expect(page.rang()).toEqual(['toast finished a'])
  server.transport.next('claimNotice', { type: 'fault', fault: problem('notice_claimed') })
  endB()
  await server.pass(2_000)
  expect(page.rang()).toHaveLength(1)
})
