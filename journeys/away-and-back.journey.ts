/** Leaving while runs go on, and coming back: what a person is told, once, and where. */
import { type PushPayload, paths } from '@holdfast/core'
import { startPushEndpoint } from '@holdfast/server/testing/push'
import type { BrowserContext, Page } from '@playwright/test'
import { addressOf, answers, expect, expectAnswers, listed, send, test } from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import { createHoldfastServer, scriptText } from './server.ts'

// The others run without it (playwright.config.ts).
test.use({ serviceWorkers: 'allow' })

const inDefault = (threadId: string) => ({ roomId: 'default', threadId })
const LONG = { words: 100, pauseAt: 60 }
/** What marks a thread as unread in the list. */
const dot = (page: Page, title: string) => listed(page, title).getByText('Unread')
const badge = (page: Page, room: string) =>
  page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: room }).locator('.badge')
const toasts = (page: Page) => page.getByTestId('toast')

test('S002-25 S000-65 leaving a run that ends meanwhile: one note, a dot and a badge; back again the dot is gone on both devices', async ({
  browser,
  page,
  modelServer: server,
  provider,
}) => {
  const elsewhere = { roomId: 'models', threadId: 'other' }
  await server.play(elsewhere, { tokens: 3, intervalMs: 1 }, 'Elsewhere')
  const other = await browser.newPage()
  await other.goto(addressOf(server, elsewhere))
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor(LONG))
  await expectAnswers(page, wordsText(LONG, 60))
  const left = page.waitForRequest((request) => request.url().endsWith(paths.presence()))
  await listed(page, 'Elsewhere').click()
  await left
  await expectAnswers(page, scriptText({ tokens: 3 }))
  await provider.goOn()

  await expect(dot(page, 'Say 100 words')).toBeAttached()
  await expect(dot(other, 'Say 100 words')).toBeAttached()
  await expect(badge(page, 'Models')).toContainText('1')
  // Two windows with the focus, each on its device: the server gives the notice to one.
  await expect.poll(async () => (await toasts(page).count()) + (await toasts(other).count())).toBe(1)

  await listed(page, 'Say 100 words').click()
  await expectAnswers(page, wordsText(LONG))
  await expect(dot(page, 'Say 100 words')).toHaveCount(0)
  await expect(dot(other, 'Say 100 words')).toHaveCount(0)
  await expect(badge(other, 'Models')).toHaveCount(0)
  await expect(toasts(page)).toHaveCount(0)
  await expect(toasts(other)).toHaveCount(0)
  await other.close()
})

/** Delivers a push to the page's real service worker, as the browser would with the decrypted message of a push service. */
async function deliver(page: Page, payload: PushPayload): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [found] = registrations
      if (found) resolve(found.registrationId)
    })
  })
  await session.send('ServiceWorker.enable')
  const data = JSON.stringify(payload)
  await session.send('ServiceWorker.deliverPushMessage', {
    origin: new URL(page.url()).origin,
    registrationId: await registered,
    data,
  })
  await session.detach()
}

async function workerOf(context: BrowserContext) {
  const [worker] = context.serviceWorkers()
  return worker ?? context.waitForEvent('serviceworker')
}

const shown = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    const all = await registration.getNotifications()
    return all.map(({ title, body, tag }) => ({ title, body, tag }))
  })

test('S002-42 a run that ends while no window is open sends one push; the real service worker shows it, a click opens the thread, and reading closes it', async ({
  context,
  page,
}) => {
  const service = await startPushEndpoint()
  const server = await createHoldfastServer({ OPENAI_BASE_URL: '', HOLDFAST_PUSH_SERVICES: service.origin })
  try {
    await server.start()
    const answered = await page.request.put(server.url + paths.pushSubscriptions(), {
      data: { deviceId: 'phone', subscription: service.subscribe() },
    })
    expect(answered.status()).toBe(204)
    await server.play(inDefault('done'), { tokens: 3, intervalMs: 1 }, 'Tulips')
    const { payload } = await service.push(0)
    expect(payload).toMatchObject({ kind: 'finished', ...inDefault('done'), count: 1 })

    await context.grantPermissions(['notifications'])
    await page.goto(`${server.url}/rooms/default`)
    const worker = await workerOf(context)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await deliver(page, payload)
    const { noticeId } = payload
    await expect.poll(() => shown(page)).toEqual([{ title: 'Finished', body: 'Tulips', tag: noticeId }])

    await worker.evaluate(async () => {
      const scope = globalThis as unknown as {
        readonly registration: { getNotifications(): Promise<readonly Notification[]> }
        readonly NotificationEvent: new (
          type: string,
          init: { readonly notification: Notification | undefined },
        ) => Event
      }
      const [notification] = await scope.registration.getNotifications()
      globalThis.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification }))
    })
    await expect(page).toHaveURL(addressOf(server, inDefault('done')))
    await expect(answers(page)).toHaveCount(1)
    await expect.poll(() => shown(page)).toEqual([])
    expect(service.received).toHaveLength(1)
  } finally {
    await page.close()
    await server.dispose()
    await service.close()
  }
})
