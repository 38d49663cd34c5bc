import type { LookupAddress } from 'node:dns'
import { expect, it } from 'vitest'
import { addressIn, isPrivate, PrivateAddressError, publicLookup } from './addresses.ts'

it('private, local and special addresses are told from public ones, however they are written', () => {
  const hidden = [
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    'fd00::1',
    'fe80::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'localhost',
    '',
  ]
  expect(hidden.filter((address) => !isPrivate(address))).toEqual([])
  const open = ['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '::ffff:8.8.8.8', '2606:4700::1111']
  expect(open.filter(isPrivate)).toEqual([])
})

it('a URL’s host is an address in any spelling that a browser knows', () => {
  const hosts = ['http://2130706433/', 'http://0x7f.1/', 'http://127.1/', 'http://[::ffff:7f00:1]/', 'http://[::1]:8/']
  expect(hosts.map((url) => isPrivate(addressIn(new URL(url).hostname) ?? ''))).toEqual(Array(5).fill(true))
  expect(addressIn('example.com')).toBeUndefined()
})

it('a name with a private address fails to resolve, for one address and for all', async () => {
  const look = (hostname: string, all: boolean) =>
    new Promise<string | LookupAddress[]>((resolve, reject) => {
      publicLookup(hostname, { all }, (error, address) => (error ? reject(error) : resolve(address)))
    })
  for (const all of [true, false]) await expect(look('localhost', all)).rejects.toBeInstanceOf(PrivateAddressError)
})
