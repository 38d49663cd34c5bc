/** Lists as the device had them: at once when a page is opened again, and no longer than until the server answers. */
import { expect, it } from 'vitest'
import { createDevice, openPage, settle } from '../cache/testing/device.ts'
import { A, B, OFFLINE, until } from '../registry/testing/looking.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'

async function seen() {
  const device = createDevice()
  const transport = createScriptedTransport()
  transport.addRoom({ roomId: 'R1', title: 'One', agentId: 'demo' })
  transport.addThread(B)
  transport.startElsewhere(A, 'run', 'Hello')
  const page = openPage(transport, device)
  const { registry } = page
  registry.observeRooms().subscribe(() => {})
  registry.observeThreads('R1').subscribe(() => {})
  registry.overview.subscribe(() => {})
  await until(() => expect(registry.observeThreads('R1').snapshot().items).toHaveLength(2))
  await until(() => expect(registry.overview.snapshot().known).toBe(true))
  await until(() => expect(registry.observeRooms().snapshot().items).toHaveLength(2))
  await settle()
  registry.close()
  return { device, transport }
}

function listsOf({ registry }: ReturnType<typeof openPage>) {
  const rooms = registry.observeRooms()
  const threads = registry.observeThreads('R1')
  rooms.subscribe(() => {})
  threads.subscribe(() => {})
  registry.overview.subscribe(() => {})
  return {
    rooms: () => rooms.snapshot().items?.map(({ roomId }) => roomId),
    threads: () => threads.snapshot().items?.map(({ threadId }) => threadId),
    working: () => registry.overview.snapshot().threads.map(({ threadId }) => threadId),
  }
}

it('rooms, threads and the overview are there without the server, and follow it once it answers', async () => {
  const { device, transport } = await seen()
  const online = transport.always(OFFLINE)
  const page = openPage(transport, device)
  const lists = listsOf(page)
  await until(() => expect(lists.rooms()).toEqual(['default', 'R1']))
  await until(() => expect(lists.threads()).toEqual(['T2', 'T1']))
  await until(() => expect(lists.working()).toEqual(['T1']))
  transport.addRoom({ roomId: 'R3', title: 'Three', agentId: 'demo' })
  transport.addThread({ roomId: 'R1', threadId: 'T3' })
  transport.end(A, 'run')
  online()
  page.environment.clock.advance(10_000)
  await until(() => expect(lists.rooms()).toEqual(['default', 'R1', 'R3']))
  await until(() => expect(lists.threads()).toEqual(['T2', 'T1', 'T3']))
  await until(() => expect(lists.working()).toEqual([]))
})

it('a server that answers first is not overwritten by what the device had', async () => {
  const { device, transport } = await seen()
  const { promise, resolve } = Promise.withResolvers<void>()
  const read = device.rows.readList
  Object.assign(device.rows, { readList: async (name: never) => promise.then(() => read(name)) })
  transport.addThread({ roomId: 'R1', threadId: 'T3' })
  const lists = listsOf(openPage(transport, device))
  await until(() => expect(lists.threads()).toHaveLength(3))
  resolve()
  await settle()
  expect(lists.threads()).toHaveLength(3)
})

it('what is no list is not shown', async () => {
  const { device, transport } = await seen()
  for (const value of [
    7,
    null,
    'x',
    {},
    { items: {} },
    { items: [{ roomId: 1 }] },
    { rooms: [], threads: [7], cursor: '' },
  ]) {
    await device.rows.writeList('rooms', value, 0)
    await device.rows.writeList('threads/R1', value, 0)
    await device.rows.writeList('overview', value, 0)
    const online = transport.always(OFFLINE)
    const page = openPage(transport, device)
    const lists = listsOf(page)
    await settle()
    expect([lists.rooms(), lists.threads(), lists.working()]).toEqual([undefined, undefined, []])
    page.registry.close()
    online()
  }
})

it('a list that says the same again is not written again', async () => {
  const { device, transport } = await seen()
  const page = openPage(transport, device)
  const lists = listsOf(page)
  await until(() => expect(lists.threads()).toHaveLength(2))
  await settle()
  const before = device.calls.filter((call) => call === 'writeList').length
  for (let turn = 0; turn < 5; turn += 1) {
    page.environment.clock.advance(60_000)
    await settle()
  }
  expect(device.calls.filter((call) => call === 'writeList')).toHaveLength(before)
})
