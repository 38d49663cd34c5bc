/** Which Chromium the browser tests start, and how: Debian's by default, since nothing else is downloaded. */
import { existsSync } from 'node:fs'

const DEBIAN = '/usr/bin/chromium'
const PLACES = [DEBIAN, '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const chromium = {
  executablePath: process.env.CHROMIUM_PATH ?? PLACES.find((path) => existsSync(path)) ?? DEBIAN,
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
