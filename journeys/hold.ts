/** Requests of the page that are held back until a journey lets them go. */
import type { Page, Route } from '@playwright/test'

/** @param answer what becomes of each then; without it, it goes on to the server. Gives what lets all of them go. */
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
