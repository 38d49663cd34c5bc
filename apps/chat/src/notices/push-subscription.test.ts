import { expect, it, vi } from 'vitest'
import type { Permission } from './permission.ts'
import { keepSubscribed } from './push-subscription.ts'

const turn = () => new Promise(setImmediate)
const KEYS = { p256dh: 'point', auth: 'secret' }

function setUp({ permission = 'granted' as Permission, known = undefined as string | undefined } = {}) {
  let now = permission
  let tell = () => {}
  const asked: unknown[] = []
  const dropped = vi.fn(async () => true)
  const made = (key: string) => ({
    options: { applicationServerKey: Uint8Array.from(atob(key), (char) => char.charCodeAt(0)).buffer },
    toJSON: () => ({ endpoint: 'https://push.example/1', expirationTime: null, keys: KEYS }),
    unsubscribe: dropped,
  })
  const subscribe = vi.fn(async () => made('AAAA'))
  const registration = async () => ({
    pushManager: { getSubscription: async () => (known === undefined ? null : made(known)), subscribe },
  })
  const stop = keepSubscribed({
    registry: {
      async ask(verb: string, args: readonly unknown[]) {
        asked.push([verb, ...args])
        return verb === 'pushKey' ? { key: 'AAAA' } : undefined
      },
    } as never,
    permissions: {
      snapshot: () => now,
      subscribe(listener) {
        tell = listener
        return () => {
          tell = () => {}
        }
      },
      ask: async () => now,
    },
    registration: registration as never,
    deviceId: 'device',
  })
  function become(next: Permission): void {
    now = next
    tell()
  }
  return { asked, dropped, subscribe, stop, become }
}

it('a browser is subscribed once the person allows notifications, under the key of this server, and once', async () => {
  const { asked, subscribe, become } = setUp({ permission: 'default' })
  await turn()
  expect(subscribe).not.toHaveBeenCalled()
  become('granted')
  await turn()
  expect(subscribe).toHaveBeenCalledWith({ userVisibleOnly: true, applicationServerKey: 'AAAA' })
  const subscription = { endpoint: 'https://push.example/1', expirationTime: null, keys: KEYS }
  expect(asked).toEqual([['pushKey'], ['subscribePush', { deviceId: 'device', subscription }]])
  become('granted')
  await turn()
  expect(subscribe).toHaveBeenCalledTimes(1)
})

it('a subscription that was made with another key is replaced, and one with this key is kept', async () => {
  const other = setUp({ known: 'BBBB' })
  await turn()
  expect(other.dropped).toHaveBeenCalledTimes(1)
  const same = setUp({ known: 'AAAA' })
  await turn()
  expect(same.dropped).not.toHaveBeenCalled()
})

it('a browser without a push service is asked again with the next change, and nothing fails', async () => {
  const { subscribe, asked, become } = setUp()
  subscribe.mockRejectedValueOnce(new Error('AbortError'))
  await turn()
  become('granted')
  await turn()
  expect(asked.map((each) => (each as readonly unknown[])[0])).toContain('subscribePush')
})
