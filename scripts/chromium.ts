/** Which Chromium the browser tests start, and how: Debian's by default, since nothing else is downloaded. */
import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const chromium = {
  executablePath: process.env.CHROMIUM_PATH ?? PLACES.find((path) => existsSync(path)) ?? PLACES[0],
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}
