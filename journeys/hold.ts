/** Requests of the page that are held until a journey releases them. */
import type { Page, Route } from '@playwright/test'

/** @param answer how each is answered then; without it, it continues to the server. Returns what releases them all. */
export async function hold(
  page: Page,
  where: '**/runs' | '**/cancel',
  answer: (route: Route) => Promise<void> = (route) => route.continue(),
): Promise<() => void> {
  const held = Promise.withResolvers<void>()
  await page.route(where, async (route) => {
    await held.promise
    await answer(route)
  })
  return held.resolve
}
