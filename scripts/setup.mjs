/**
 * Set-up: runs under whatever Node the machine has (≥ 20), before anything is installed, so it is plain JavaScript.
 *
 * Owns: installing from the lockfile when its hash changed, under a lock; Chromium for the tests.
 * Does not know: how anything is built or run.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const LOCK = '.setup.lock'
const STAMP = 'node_modules/.holdfast-installed'

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `Holdfast needs Node 20 or newer to install itself; this is ${process.version}. Install a newer Node and run this again.`,
  )
}

const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex')

if (installed() !== wanted) {
  await underLock(() => {
    if (installed() === wanted) return
    say('installing dependencies (npm ci) …')
    // A caller's NODE_ENV=production must not leave out what building the page needs.
    const npm = spawnSync(
      'npm',
      ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    if (npm.status !== 0) fail('npm ci failed; its own words are above.')
    writeFileSync(STAMP, wanted)
  })
}

if (process.argv.includes('--tests') && !chromium()) {
  await underLock(() => {
    if (chromium()) return
    say('installing Chromium for the browser tests (apt-get install chromium) …')
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', 'chromium')
    if (!chromium()) fail('Chromium is still missing. Install it by hand and set CHROMIUM_PATH to its program.')
  })
}

function installed() {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : undefined
}

function chromium() {
  if (process.env.CHROMIUM_PATH) return existsSync(process.env.CHROMIUM_PATH)
  return ['chromium', 'chromium-browser', 'google-chrome'].some(onPath)
}

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function apt(...args) {
  if (!onPath('apt-get'))
    fail('The browser tests need Chromium and this machine has no apt-get. Install Chromium and set CHROMIUM_PATH.')
  const command = process.getuid?.() === 0 ? ['apt-get'] : ['sudo', 'apt-get']
  const [program, ...rest] = [...command, ...args]
  const done = spawnSync(program, rest, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (done.status !== 0) fail(`${[program, ...rest].join(' ')} failed; its own words are above.`)
}

/** One set-up at a time per checkout: a second one waits, and takes over from one that died. */
async function underLock(work) {
  for (let told = false; ; ) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const holder = Number(readOr(LOCK, '0'))
    if (!alive(holder)) {
      rmSync(LOCK, { force: true })
      continue
    }
    if (!told) say(`another set-up (process ${holder}) is at work; waiting for it …`)
    told = true
    await wait(300)
  }
  process.once('exit', () => rmSync(LOCK, { force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  work()
  rmSync(LOCK, { force: true })
}

function readOr(path, other) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return other
  }
}

function alive(pid) {
  if (!pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function say(text) {
  process.stdout.write(`holdfast: ${text}\n`)
}

function fail(text) {
  process.stderr.write(`holdfast: ${text}\n`)
  process.exit(1)
}
