import { createECDH, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { allowedServices, areKeys } from './services.ts'

const p256dh = createECDH('prime256v1').generateKeys('base64url')
const auth = randomBytes(16).toString('base64url')

it('only endpoints of named origins are allowed, exactly, and without names the browsers’ own services', () => {
  const named = allowedServices(['https://push.example', 'http://127.0.0.1:9999'])
  const browsers = allowedServices(undefined)
  expect(['https://push.example/a', 'http://127.0.0.1:9999/b'].filter(named)).toHaveLength(2)
  const own = [
    'https://fcm.googleapis.com/fcm/send/x',
    'https://updates.push.services.mozilla.com/wpush/v2/x',
    'https://web.push.apple.com/x',
    'https://wns2-par02p.notify.windows.com/w/?token=x',
  ]
  expect(own.filter(browsers)).toEqual(own)
  expect(own.filter(named)).toEqual([])
  const refused = [
    'http://push.example/a',
    'https://push.example:444/a',
    'https://push.example.evil.test/a',
    'https://sub.push.example/a',
    'https://user@push.example/a',
    'https://:secret@push.example/a',
    'https://fcm.googleapis.com.evil.test/x',
    'https://evil.test/.notify.windows.com',
    'https://a.b.notify.windows.com/x',
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    'not a url',
    '',
  ]
  expect(refused.filter(named)).toEqual([])
  expect(refused.filter(browsers)).toEqual([])
})

it('an endpoint has 2,048 characters at most', () => {
  const allows = allowedServices(['https://push.example'])
  const long = (length: number) => 'https://push.example/'.padEnd(length, 'x')
  expect([2_048, 2_049].map((length) => allows(long(length)))).toEqual([true, false])
})

it('keys are a point of the curve and a secret of 16 bytes', () => {
  expect(areKeys({ p256dh, auth })).toBe(true)
  const noPoint = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]).toString('base64url')
  const wrong = [
    { p256dh: noPoint, auth },
    { p256dh: p256dh.slice(1), auth },
    { p256dh: `${p256dh}A`, auth },
    { p256dh: '', auth },
    { p256dh, auth: auth.slice(1) },
    { p256dh, auth: `${auth}A` },
    { p256dh, auth: '' },
  ]
  expect(wrong.filter(areKeys)).toEqual([])
})
